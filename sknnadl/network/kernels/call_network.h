/* What Python calls for whole networks: see `read_network.h` for what it gives. */

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
    place_layers(&s, width, threads);
    threads = threads_of(&s, threads);
    Py_ssize_t outputs = s.layers[s.count - 1].outputs;
    a[GRADIENT] = (Array)WRITE(gradient, a[PARAMETERS].view.len);
    a[MEMORY] = (Array)GROW(memory, s.shared + threads * s.own);
    a[TARGETS] = (Array)READ(targets, s.n, outputs, width);
    a[WEIGHTS] = (Array)READ(weights, s.n, width);
    a[LOGITS] = (Array)WRITE(logits, s.n, outputs, width);
    if (acquire(a + GRADIENT, ARRAYS - GRADIENT))
        RUN(network_gradient, is_double, &s, DATA(PARAMETERS), DATA(GRADIENT),
            ALIGNED(MEMORY), DATA(X), DATA(TARGETS), DATA(WEIGHTS), scale, loss,
            DATA(LOGITS), training, generators, threads, NULL);
    return release(a, ARRAYS);
}

static PyObject *network_steps(PyObject *self, PyObject *args)
{
    enum { LAYOUT, NUMBERS, PARAMETERS, X, BATCHES, STEPS, SHRINKAGES, GRADIENT, MEMORY,
           TARGETS, WEIGHTS, LOGITS, FIRST, SECOND, ARRAYS };
    PyObject *layout, *numbers, *parameters, *gradient, *memory, *x, *targets, *weights;
    PyObject *logits, *capsules, *batches, *first, *second, *steps, *shrinkages;
    Network s = {.differentiates = 1, .pieces = 1};
    Batches b = {0};
    BitGenerator *generators[MOST_PIECES];
    int is_double, loss, threads;
    if (!PyArg_ParseTuple(args, "pOOOOYOOOiOO!OiOOOnOi:network_steps", &is_double,
                          &layout, &numbers, &parameters, &gradient, &memory, &x,
                          &targets, &weights, &loss, &logits, &PyTuple_Type, &capsules,
                          &batches, &b.optimizer, &first, &second, &steps, &b.n_weights,
                          &shrinkages, &threads))
        return NULL;
    if (loss < 0 || loss >= LOSSES)
        return PyErr_Format(PyExc_ValueError, "loss must be from 0 to %d, not %d.",
                            LOSSES - 1, loss);
    weights = weights == Py_None ? NULL : weights;
    first = first == Py_None ? NULL : first;
    second = second == Py_None ? NULL : second;
    if (!is_optimizer(b.optimizer, first, second))
        return NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [LAYOUT] = READ_ANY(layout),
        [NUMBERS] = READ_ANY(numbers),
        [PARAMETERS] = {.name = "parameters", .object = parameters, .bytes = ANY_SIZE,
                        .writable = 1},
        [X] = READ_ANY(x),
        [BATCHES] = READ_ANY(batches),
        [STEPS] = READ_ANY(steps),
        [SHRINKAGES] = READ_ANY(shrinkages),
    };
    if (!acquire(a, GRADIENT)
        || !read_network(&s, a + LAYOUT, a + NUMBERS, a + PARAMETERS, a + X, width))
        return release(a, ARRAYS);
    s.pieces = PyTuple_GET_SIZE(capsules);
    if (!read_batches(&b, &s, a + BATCHES, a + STEPS, a + SHRINKAGES)
        || (draws(&s) && !read_generators(capsules, s.pieces, generators)))
        return release(a, ARRAYS);
    Py_ssize_t n = s.n, outputs = s.layers[s.count - 1].outputs;
    Py_ssize_t bytes = a[PARAMETERS].view.len, n_parameters = bytes / width;
    b.trained = trained_parameters(&s, n_parameters);
    a[GRADIENT] = (Array)WRITE(gradient, bytes);
    a[MEMORY] = (Array)GROW(memory, batches_memory(&s, &b, threads, width));
    a[TARGETS] = (Array)READ(targets, n, outputs, width);
    a[WEIGHTS] = (Array)READ(weights, n, width);
    a[LOGITS] = (Array)WRITE(logits, n, outputs, width);
    a[FIRST] = (Array)WRITE(first, b.trained, width);
    a[SECOND] = (Array)WRITE(second, b.trained, width);
    if (acquire(a + GRADIENT, ARRAYS - GRADIENT))
        RUN(network_steps, is_double, &s, &b, DATA(PARAMETERS), DATA(GRADIENT),
            ALIGNED(MEMORY), DATA(X), DATA(TARGETS), DATA(WEIGHTS), loss, DATA(LOGITS),
            generators, threads, n_parameters, DATA(FIRST), DATA(SECOND));
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
    place_layers(&s, width, threads);
    threads = threads_of(&s, threads);
    a[MEMORY] = (Array)GROW(memory, s.shared + threads * s.own);
    a[LOGITS] = (Array)WRITE(logits, s.n, s.layers[s.count - 1].outputs, width);
    if (acquire(a + MEMORY, ARRAYS - MEMORY))
        RUN(network_outputs, is_double, &s, DATA(PARAMETERS), ALIGNED(MEMORY), DATA(X),
            DATA(LOGITS), threads);
    return release(a, ARRAYS);
}
