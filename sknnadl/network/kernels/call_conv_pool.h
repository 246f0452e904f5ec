/* What Python calls for convolution with max-pooling.

   The sizes are (n, height, width, channels) of the images, (height, width, filters) of
   the kernels, (down, across) of the stride, and (height, width, down, across) of the
   windows. */
#define SIZES "(nnnn)(nnn)(nn)(nnnn)"
#define SIZES_TO(s)                                                                    \
    &(s).n, &(s).height, &(s).width, &(s).channels, &(s).kernel_height,                \
        &(s).kernel_width, &(s).filters, &(s).stride_down, &(s).stride_across,         \
        &(s).pool_height, &(s).pool_width, &(s).down, &(s).across

/* Whether as many patches as the windows have along one side lie in an image. */
static int fits_side(Py_ssize_t size, Py_ssize_t kernel, Py_ssize_t stride,
                     Py_ssize_t pool, Py_ssize_t windows)
{
    return kernel > 0 && stride > 0 && pool > 0 && windows > 0 && kernel <= size
           && windows <= ((size - kernel) / stride + 1) / pool;
}

/* Whether the sizes make sense; where not, there is a ValueError. The last condition is
   for no images at all: with some, arrays that large could not be. */
static int is_conv_pool(const ConvPool *s)
{
    if (s->n >= 0 && s->channels > 0 && s->filters > 0
        && fits_side(s->height, s->kernel_height, s->stride_down, s->pool_height,
                     s->down)
        && fits_side(s->width, s->kernel_width, s->stride_across, s->pool_width,
                     s->across)
        && s->pool_height <= MOST_PLACES / s->pool_width
        && BYTES_OF(s->height, s->width, s->channels, s->filters,
                    MOST_PLACES * MOST_BYTES) < PY_SSIZE_T_MAX)
        return 1;
    PyErr_Format(PyExc_ValueError,
                 "Images, kernels, strides and windows of these sizes do not fit.");
    return 0;
}

static PyObject *conv_pool(PyObject *self, PyObject *args)
{
    enum { X, KERNELS, POOLED, WINNERS, MEMORY, ARRAYS };
    PyObject *x, *kernels, *pooled, *winners, *memory;
    ConvPool s;
    int is_double;
    if (!PyArg_ParseTuple(args, "pOOOOY" SIZES ":conv_pool", &is_double, &x, &kernels,
                          &pooled, &winners, &memory, SIZES_TO(s))
        || !is_conv_pool(&s))
        return NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [X] = READ(x, s.n, s.height, s.width, s.channels, width),
        [KERNELS] = READ(kernels, s.kernel_height, s.kernel_width, s.channels,
                         s.filters, width),
        [POOLED] = WRITE(pooled, s.n, s.down, s.across, s.filters, width),
        [WINNERS] = WRITE(winners, s.n, s.down, s.across, s.filters),
        [MEMORY] = GROW(memory, conv_pool_memory(&s, width)),
    };
    if (acquire(a, ARRAYS))
        RUN(conv_pool, is_double, &s, DATA(X), DATA(KERNELS), DATA(POOLED),
            DATA(WINNERS), ALIGNED(MEMORY));
    return release(a, ARRAYS);
}

static PyObject *conv_pool_gradients(PyObject *self, PyObject *args)
{
    enum { X, KERNELS, DZ, WINNERS, GRADIENT, DX, MEMORY, ARRAYS };
    PyObject *x, *kernels, *dz, *winners, *gradient, *dx, *memory;
    ConvPool s;
    int is_double, need_input;
    if (!PyArg_ParseTuple(args, "ppOOOOOOY" SIZES ":conv_pool_gradients", &is_double,
                          &need_input, &x, &kernels, &dz, &winners, &gradient, &dx,
                          &memory, SIZES_TO(s))
        || !is_conv_pool(&s))
        return NULL;
    if (!need_input)
        dx = NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [X] = READ(x, s.n, s.height, s.width, s.channels, width),
        [KERNELS] = READ(kernels, s.kernel_height, s.kernel_width, s.channels,
                         s.filters, width),
        [DZ] = READ(dz, s.n, s.down, s.across, s.filters, width),
        [WINNERS] = READ(winners, s.n, s.down, s.across, s.filters),
        [GRADIENT] = WRITE(gradient, s.kernel_height, s.kernel_width, s.channels,
                           s.filters, width),
        [DX] = WRITE(dx, s.n, s.height, s.width, s.channels, width),
        [MEMORY] = GROW(memory, conv_pool_gradients_memory(&s, width)),
    };
    if (acquire(a, ARRAYS))
        RUN(conv_pool_gradients, is_double, &s, DATA(X), DATA(KERNELS), DATA(DZ),
            DATA(WINNERS), DATA(GRADIENT), DATA(DX), ALIGNED(MEMORY));
    return release(a, ARRAYS);
}
