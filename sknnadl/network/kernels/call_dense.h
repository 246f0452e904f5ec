/* What Python calls for dense layers. */

/* Whether the sizes make sense; where not, there is a ValueError. */
static int is_dense(const Dense *s)
{
    if (s->n >= 0 && s->inputs > 0 && s->units > 0)
        return 1;
    PyErr_Format(PyExc_ValueError, "(%zd, %zd, %zd) are no sizes of a dense layer.",
                 s->n, s->inputs, s->units);
    return 0;
}

static PyObject *dense(PyObject *self, PyObject *args)
{
    enum { X, WEIGHTS, BIASES, OUT, MEMORY, ARRAYS };
    PyObject *x, *weights, *biases, *out, *memory;
    Dense s;
    int is_double;
    if (!PyArg_ParseTuple(args, "pOOOOY(nnn):dense", &is_double, &x, &weights, &biases,
                          &out, &memory, &s.n, &s.inputs, &s.units)
        || !is_dense(&s))
        return NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [X] = READ(x, s.n, s.inputs, width),
        [WEIGHTS] = READ(weights, s.inputs, s.units, width),
        [BIASES] = READ(biases, s.units, width),
        [OUT] = WRITE(out, s.n, s.units, width),
        [MEMORY] = GROW(memory, dense_memory(&s)),
    };
    if (acquire(a, ARRAYS))
        RUN(dense, is_double, &s, DATA(X), DATA(WEIGHTS), DATA(BIASES), DATA(OUT),
            ALIGNED(MEMORY));
    return release(a, ARRAYS);
}

static PyObject *dense_gradients(PyObject *self, PyObject *args)
{
    enum { X, WEIGHTS, DZ, WEIGHTS_GRADIENT, BIASES_GRADIENT, DX, MEMORY, ARRAYS };
    PyObject *x, *weights, *dz, *weights_gradient, *biases_gradient, *dx, *memory;
    Dense s;
    int is_double, need_input;
    if (!PyArg_ParseTuple(args, "ppOOOOOOY(nnn):dense_gradients", &is_double,
                          &need_input, &x, &weights, &dz, &weights_gradient,
                          &biases_gradient, &dx, &memory, &s.n, &s.inputs, &s.units)
        || !is_dense(&s))
        return NULL;
    if (!need_input)
        dx = NULL;
    Py_ssize_t width = width_of(is_double);
    Array a[ARRAYS] = {
        [X] = READ(x, s.n, s.inputs, width),
        [WEIGHTS] = READ(weights, s.inputs, s.units, width),
        [DZ] = READ(dz, s.n, s.units, width),
        [WEIGHTS_GRADIENT] = WRITE(weights_gradient, s.inputs, s.units, width),
        [BIASES_GRADIENT] = WRITE(biases_gradient, s.units, width),
        [DX] = WRITE(dx, s.n, s.inputs, width),
        [MEMORY] = GROW(memory, dense_gradients_memory(&s, width)),
    };
    if (acquire(a, ARRAYS))
        RUN(dense_gradients, is_double, &s, DATA(X), DATA(WEIGHTS), DATA(DZ),
            DATA(WEIGHTS_GRADIENT), DATA(BIASES_GRADIENT), DATA(DX), ALIGNED(MEMORY));
    return release(a, ARRAYS);
}
