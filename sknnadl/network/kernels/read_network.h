/* What is read, and checked, of a network that Python describes.

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

/* Read the sizes and the pieces of mini-batches, and the steps after them. Where they do
   not fit the rows there is a ValueError. */
static int read_batches(Batches *b, Network *s, Array *batches, Array *numbers,
                        Array *shrinkages)
{
    b->count = batches->view.len / 2 / (Py_ssize_t)sizeof(Py_ssize_t);
    b->sizes = batches->view.buf;
    b->pieces = b->sizes + b->count;
    b->numbers = numbers->view.buf;
    b->shrinkages = shrinkages->view.buf;
    if (!has_size(batches, 2 * b->count * sizeof(Py_ssize_t))
        || !has_size(numbers,
                     b->count * optimizers[b->optimizer].numbers * sizeof(double))
        || !has_size(shrinkages, b->count * 3 * sizeof(double)))
        return 0;
    Py_ssize_t left = s->n;
    int fits = 1;
    for (Py_ssize_t i = 0; fits && i < b->count; i++) {
        fits = b->sizes[i] > 0 && b->sizes[i] <= left && b->pieces[i] > 0
               && b->pieces[i] <= b->sizes[i] && b->pieces[i] <= s->pieces;
        left -= fits ? b->sizes[i] : 0;
    }
    if (fits && left == 0)
        return 1;
    PyErr_Format(PyExc_ValueError, "The mini-batches are not those of the %zd rows, or "
                                   "have too many pieces.", s->n);
    return 0;
}

/* How many bytes the mini-batches take to work in. */
static Py_ssize_t batches_memory(Network *s, const Batches *b, int threads,
                                 Py_ssize_t width)
{
    Py_ssize_t most = 0;
    for (Py_ssize_t i = 0; i < b->count; i++) {
        place_batch(s, b, i, width, threads);
        most = Py_MAX(most, s->shared + threads_of(s, threads) * s->own);
    }
    return most;
}

/* How many parameters are no statistics: these come last. */
static Py_ssize_t trained_parameters(const Network *s, Py_ssize_t n_parameters)
{
    Py_ssize_t trained = n_parameters;
    for (Py_ssize_t i = 0; i < s->count; i++)
        if (s->layers[i].kind == BATCH_NORM)
            trained = Py_MIN(trained, s->layers[i].statistics);
    return trained;
}
