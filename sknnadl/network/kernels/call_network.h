/* What Python calls for whole networks.

   The layout has a row of integers for each layer: its kind and activation, the inputs
   and outputs of a row, where its parameters begin, then what windows need, in the order
   of `Layer`. The numbers are two for each layer. */

/* Whether so many parameters from a place on are within all. */
static int is_within(Py_ssize_t start, Py_ssize_t count, Py_ssize_t n_parameters)
{
    return start >= 0 && count <= n_parameters && start <= n_parameters - count;
}

static int fits_conv(const Layer *l, Py_ssize_t n_parameters)
{
    const ConvPool *w = &l->windows;
    if (!is_conv_pool(w))
        return 0;
    Py_ssize_t size = bytes_of(4, (Py_ssize_t[]){w->kernel_height, w->kernel_width,
                                                 w->channels, w->filters});
    return l->top >= 0 && l->left >= 0 && l->inner_height > 0 && l->inner_width > 0
           && l->top + l->inner_height <= w->height
           && l->left + l->inner_width <= w->width
           && l->inputs == l->inner_height * l->inner_width * w->channels
           && l->outputs == w->down * w->across * w->filters
           && is_within(l->weights, size, n_parameters)
           && is_within(l->biases, w->filters, n_parameters);
}

static int fits_pool(const Layer *l)
{
    const ConvPool *w = &l->windows;
    return w->height > 0 && w->width > 0 && w->channels > 0 && l->pooling >= 0
           && l->pooling < POOLINGS
           && fits_side(w->height, w->pool_height, w->stride_down, 1, w->down)
           && fits_side(w->width, w->pool_width, w->stride_across, 1, w->across)
           && w->pool_height <= MOST_PLACES / w->pool_width
           && l->inputs == BYTES_OF(w->height, w->width, w->channels)
           && l->outputs == BYTES_OF(w->down, w->across, w->channels);
}

static int fits_batch_norm(const Layer *l, Py_ssize_t n_parameters)
{
    Py_ssize_t features = l->windows.channels;
    return features > 0 && l->inputs % features == 0 && l->inputs == l->outputs
           && is_within(l->weights, features, n_parameters)
           && is_within(l->biases, features, n_parameters)
           && features <= n_parameters
           && is_within(l->statistics, 2 * features, n_parameters);
}

/* Whether a layer fits the one before it, and so many parameters. */
static int fits_layer(const Network *s, Py_ssize_t i, Py_ssize_t n_parameters)
{
    const Layer *l = s->layers + i;
    if (l->inputs <= 0 || l->outputs <= 0 || l->activation < 0
        || l->activation >= ACTIVATIONS || (i && l->inputs != l[-1].outputs)
        || BYTES_OF(s->n, Py_MAX(l->inputs, l->outputs), 256) == PY_SSIZE_T_MAX)
        return 0;
    switch (l->kind) {
    case DENSE:
        return is_within(l->weights, BYTES_OF(l->inputs, l->outputs), n_parameters)
               && is_within(l->biases, l->outputs, n_parameters);
    case CONV:
        return fits_conv(l, n_parameters);
    case POOL:
        return fits_pool(l);
    case BATCH_NORM:
        return fits_batch_norm(l, n_parameters);
    case DROPOUT:
        return l->inputs == l->outputs && s->numbers[i][0] >= 0 && s->numbers[i][0] < 1;
    default:
        return 0;
    }
}

/* Make the network of its layout and the rows of `x`. Where they make no sense there is
   a ValueError. */
static int read_network(Network *s, const Array *layout, const Array *numbers,
                        const Array *parameters, const Array *x, Py_ssize_t width)
{
    s->layers = layout->view.buf;
    s->numbers = numbers->view.buf;
    s->count = layout->view.len / (Py_ssize_t)sizeof(Layer);
    if (!has_size(layout, Py_MAX(s->count, 1) * sizeof(Layer))
        || !has_size(numbers, s->count * sizeof(Numbers)))
        return 0;
    Py_ssize_t row = s->layers[0].inputs; /* numbers, then bytes */
    row = row > 0 && row <= PY_SSIZE_T_MAX / width ? row * width : 1;
    s->n = x->view.len / row;
    int fits = s->count <= MOST_LAYERS && s->pieces > 0 && s->pieces <= Py_MAX(s->n, 1);
    for (Py_ssize_t i = 0; fits && i < s->count; i++)
        fits = fits_layer(s, i, parameters->view.len / width);
    if (!fits) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError,
                         "The layers do not fit one after the other, or the "
                         "parameters; or there are too many, or too many pieces.");
        return 0;
    }
    return has_size(x, s->n * row);
}

/* Read a generator for each piece from a tuple of NumPy's capsules. */
static int read_generators(PyObject *capsules, Py_ssize_t pieces,
                           BitGenerator **generators)
{
    if (!PyTuple_Check(capsules) || PyTuple_GET_SIZE(capsules) < pieces
        || pieces > MOST_PIECES) {
        PyErr_Format(PyExc_ValueError, "There must be a generator for each piece.");
        return 0;
    }
    for (Py_ssize_t i = 0; i < pieces; i++) {
        PyObject *capsule = PyTuple_GET_ITEM(capsules, i);
        generators[i] = PyCapsule_GetPointer(capsule, "BitGenerator");
        if (!generators[i])
            return 0;
    }
    return 1;
}

static int draws(const Network *s)
{
    for (Py_ssize_t i = 0; i < s->count; i++)
        if (s->layers[i].kind == DROPOUT)
            return 1;
    return 0;
}

static PyObject *network_gradient(PyObject *self, PyObject *args)
{
    enum { LAYOUT, NUMBERS, PARAMETERS, X, GRADIENT, MEMORY, TARGETS, WEIGHTS, LOGITS,
           ARRAYS };
    PyObject *layout, *numbers, *parameters, *gradient, *memory;
    PyObject *x, *targets, *weights, *logits, *capsules;
    Network s = {.differentiates = 1};
    BitGenerator *generators[MOST_PIECES];
    double scale;
    int is_double, loss, threads;
    if (!PyArg_ParseTuple(args, "pOOOOYOOOdiOOni:network_gradient", &is_double, &layout,
                          &numbers, &parameters, &gradient, &memory, &x, &targets,
                          &weights, &scale, &loss, &logits, &capsules, &s.pieces,
                          &threads))
        return NULL;
    if (loss < 0 || loss >= LOSSES)
        return PyErr_Format(PyExc_ValueError, "loss must be from 0 to %d, not %d.",
                            LOSSES - 1, loss);
    if (weights == Py_None)
        weights = NULL;
    Py_ssize_t width = width_of(is_double);
    int training = capsules != Py_None;
    Array a[ARRAYS] = {
        [LAYOUT] = READ_ANY(layout),
        [NUMBERS] = READ_ANY(numbers),
        [PARAMETERS] = READ_ANY(parameters),
        [X] = READ_ANY(x),
    };
    /* These say how large the others should be. */
    if (!acquire(a, GRADIENT)
        || !read_network(&s, a + LAYOUT, a + NUMBERS, a + PARAMETERS, a + X, width)
        || (training && draws(&s)
            && !read_generators(capsules, s.pieces, generators)))
        return release(a, ARRAYS);
    place_layers(&s, width);
    threads = (int)Py_MAX(1, Py_MIN(threads, s.pieces));
    Py_ssize_t outputs = s.layers[s.count - 1].outputs;
    a[GRADIENT] = (Array)WRITE(gradient, a[PARAMETERS].view.len);
    a[MEMORY] = (Array)GROW(memory, s.shared + threads * s.own);
    a[TARGETS] = (Array)READ(targets, s.n, outputs, width);
    a[WEIGHTS] = (Array)READ(weights, s.n, width);
    a[LOGITS] = (Array)WRITE(logits, s.n, outputs, width);
    if (acquire(a + GRADIENT, ARRAYS - GRADIENT))
        RUN(network_gradient, is_double, &s, DATA(PARAMETERS), DATA(GRADIENT),
            ALIGNED(MEMORY), DATA(X), DATA(TARGETS), DATA(WEIGHTS), scale, loss,
            DATA(LOGITS), training, generators, threads);
    return release(a, ARRAYS);
}

static PyObject *network_outputs(PyObject *self, PyObject *args)
{
    enum { LAYOUT, NUMBERS, PARAMETERS, X, MEMORY, LOGITS, ARRAYS };
    PyObject *layout, *numbers, *parameters, *memory, *x, *logits;
    Network s = {0};
    int is_double, threads;
    if (!PyArg_ParseTuple(args, "pOOOYOOni:network_outputs", &is_double, &layout,
                          &numbers, &parameters, &memory, &x, &logits, &s.pieces,
                          &threads))
        return NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [LAYOUT] = READ_ANY(layout),
        [NUMBERS] = READ_ANY(numbers),
        [PARAMETERS] = READ_ANY(parameters),
        [X] = READ_ANY(x),
    };
    if (!acquire(a, MEMORY)
        || !read_network(&s, a + LAYOUT, a + NUMBERS, a + PARAMETERS, a + X, width))
        return release(a, ARRAYS);
    place_layers(&s, width);
    threads = (int)Py_MAX(1, Py_MIN(threads, s.pieces));
    a[MEMORY] = (Array)GROW(memory, s.shared + threads * s.own);
    a[LOGITS] = (Array)WRITE(logits, s.n, s.layers[s.count - 1].outputs, width);
    if (acquire(a + MEMORY, ARRAYS - MEMORY))
        RUN(network_outputs, is_double, &s, DATA(PARAMETERS), ALIGNED(MEMORY), DATA(X),
            DATA(LOGITS), threads);
    return release(a, ARRAYS);
}
