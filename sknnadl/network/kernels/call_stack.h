/* What Python calls for a stack of dense layers and a loss. */

/* Whether a layer fits the one before it, and so many parameters. */
static int fits_stack(const Stack *s, Py_ssize_t i, Py_ssize_t n_parameters)
{
    const StackedLayer *layer = s->layers + i;
    return layer->inputs > 0 && layer->units > 0
           && (i == 0 || layer->inputs == layer[-1].units) && layer->activation >= 0
           && layer->activation < ACTIVATIONS
           && layer->inputs <= n_parameters / layer->units && layer->weights >= 0
           && layer->weights <= n_parameters - layer->inputs * layer->units
           && layer->biases >= 0 && layer->biases <= n_parameters - layer->units;
}

/* Make the stack of its layout and the rows of `x`. Where they make no sense there is a
   ValueError. */
static int read_stack(Stack *s, const Array *layout, const Array *parameters,
                      const Array *x, Py_ssize_t width)
{
    s->layers = layout->view.buf;
    s->count = layout->view.len / sizeof(StackedLayer);
    if (!has_size(layout, Py_MAX(s->count, 1) * sizeof(StackedLayer)))
        return 0;
    for (Py_ssize_t i = 0; i < s->count; i++) {
        if (!fits_stack(s, i, parameters->view.len / width)) {
            PyErr_Format(PyExc_ValueError,
                         "Layer %zd does not fit the one before, or the parameters, "
                         "or its activation is none.",
                         i);
            return 0;
        }
    }
    Py_ssize_t row = s->layers[0].inputs * width; /* bytes */
    s->n = x->view.len / row;
    return has_size(x, s->n * row);
}

static PyObject *stack_gradient(PyObject *self, PyObject *args)
{
    enum { LAYOUT, PARAMETERS, X, GRADIENT, MEMORY, TARGETS, WEIGHTS, LOGITS, ARRAYS };
    PyObject *layout, *parameters, *gradient, *memory, *x, *targets, *weights, *logits;
    double scale;
    int is_double, loss;
    if (!PyArg_ParseTuple(args, "pOOOYOOOdiO:stack_gradient", &is_double, &layout,
                          &parameters, &gradient, &memory, &x, &targets, &weights,
                          &scale, &loss, &logits))
        return NULL;
    if (loss < 0 || loss >= LOSSES)
        return PyErr_Format(PyExc_ValueError, "loss must be from 0 to %d, not %d.",
                            LOSSES - 1, loss);
    if (weights == Py_None)
        weights = NULL;
    Py_ssize_t width = width_of(is_double);
    Stack s;
    Array a[ARRAYS] = {
        [LAYOUT] = READ_ANY(layout),
        [PARAMETERS] = READ_ANY(parameters),
        [X] = READ_ANY(x),
    };
    /* These say how large the others should be. */
    if (!acquire(a, GRADIENT)
        || !read_stack(&s, a + LAYOUT, a + PARAMETERS, a + X, width))
        return release(a, ARRAYS);
    Py_ssize_t outputs = s.layers[s.count - 1].units;
    a[GRADIENT] = (Array)WRITE(gradient, a[PARAMETERS].view.len);
    a[MEMORY] = (Array)GROW(memory, stack_memory(&s, width));
    a[TARGETS] = (Array)READ(targets, s.n, outputs, width);
    a[WEIGHTS] = (Array)READ(weights, s.n, width);
    a[LOGITS] = (Array)WRITE(logits, s.n, outputs, width);
    if (acquire(a + GRADIENT, ARRAYS - GRADIENT))
        RUN(stack_gradient, is_double, &s, DATA(PARAMETERS), DATA(GRADIENT),
            DATA(MEMORY), DATA(X), DATA(TARGETS), DATA(WEIGHTS), scale, loss,
            DATA(LOGITS));
    return release(a, ARRAYS);
}
