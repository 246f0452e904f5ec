/* What Python calls for optimizers. */

/* Whether an optimizer remembers so much; where not, there is a ValueError. */
static int is_optimizer(int optimizer, const PyObject *first, const PyObject *second)
{
    if (optimizer < 0 || optimizer >= OPTIMIZERS) {
        PyErr_Format(PyExc_ValueError, "optimizer must be from 0 to %d, not %d.",
                     OPTIMIZERS - 1, optimizer);
        return 0;
    }
    int vectors = optimizers[optimizer].vectors;
    if ((first != NULL) == (vectors > 0) && (second != NULL) == (vectors > 1))
        return 1;
    PyErr_Format(PyExc_ValueError, "Optimizer %d remembers %d vectors.", optimizer,
                 vectors);
    return 0;
}

/* Read the numbers of an optimizer's formula, or raise an exception. */
static int read_numbers(PyObject *tuple, int optimizer, double *numbers)
{
    Py_ssize_t count = optimizers[optimizer].numbers;
    if (PyTuple_GET_SIZE(tuple) != count) {
        PyErr_Format(PyExc_ValueError, "Optimizer %d has %zd numbers, not %zd.",
                     optimizer, count, PyTuple_GET_SIZE(tuple));
        return 0;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        numbers[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(tuple, i));
    return !PyErr_Occurred();
}

/* Whether the gradient is of whole numbers, and those from `start` to `stop` are among
   them; where not, there is a ValueError. */
static int has_range(const Array *gradient, Py_ssize_t width, Py_ssize_t start,
                     Py_ssize_t stop)
{
    Py_ssize_t count = gradient->view.len / width;
    if (!has_size(gradient, count * width))
        return 0;
    if (0 <= start && start <= stop && stop <= count)
        return 1;
    PyErr_Format(PyExc_ValueError, "There are no numbers from %zd to %zd among %zd.",
                 start, stop, count);
    return 0;
}

static PyObject *optimizer_step(PyObject *self, PyObject *args)
{
    enum { GRADIENT, PARAMETERS, FIRST, SECOND, ARRAYS };
    PyObject *parameters, *first, *second, *gradient, *shrinkage, *of_formula;
    Py_ssize_t start, stop;
    Shrinkage s;
    double numbers[MOST_NUMBERS];
    int is_double, optimizer, threads;
    if (!PyArg_ParseTuple(args, "piOOOOnnO!O!i:optimizer_step", &is_double, &optimizer,
                          &parameters, &first, &second, &gradient, &start, &stop,
                          &PyTuple_Type, &shrinkage, &PyTuple_Type, &of_formula,
                          &threads)
        /* Apart from the others, as a named tuple inside them takes longer. */
        || !PyArg_ParseTuple(shrinkage, "nddd:optimizer_step", &s.n_weights, &s.l1,
                             &s.l2, &s.keep))
        return NULL;
    first = first == Py_None ? NULL : first;
    second = second == Py_None ? NULL : second;
    if (!is_optimizer(optimizer, first, second)
        || !read_numbers(of_formula, optimizer, numbers))
        return NULL;
    Array a[ARRAYS] = {[GRADIENT] = READ_ANY(gradient)};
    if (!acquire(a, PARAMETERS)
        || !has_range(a + GRADIENT, width_of(is_double), start, stop))
        return release(a, ARRAYS);
    Py_ssize_t bytes = a[GRADIENT].view.len;
    a[PARAMETERS] = (Array)WRITE(parameters, bytes);
    a[FIRST] = (Array)WRITE(first, bytes);
    a[SECOND] = (Array)WRITE(second, bytes);
    if (acquire(a + PARAMETERS, ARRAYS - PARAMETERS))
        RUN(optimizer_step, is_double, threads, optimizer, start, stop, &s, numbers,
            DATA(PARAMETERS), DATA(GRADIENT), DATA(FIRST), DATA(SECOND));
    return release(a, ARRAYS);
}
