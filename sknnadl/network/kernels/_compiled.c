/* Layers, whole networks and optimizers' steps.

   The functions do what the layers and optimizers do in NumPy. Nothing in a row's or an
   image's result depends on those beside it, but for batch normalization in training.
   All is compiled as one file: first the kernels, by `levels.h` for each kind of
   processor and by `numbers.h` for each type of number, then what Python calls. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "generators.h"
#include "sizes.h"
#include "network_sizes.h"
#include "workers.h"
#include "levels.h"

#include "arrays.h"
#include "call_dense.h"
#include "call_conv_pool.h"
#include "call_steps.h"
#include "read_network.h"
#include "call_network.h"

/* Compute as on a lesser kind of processor, for tests. */
static PyObject *set_level(PyObject *self, PyObject *value)
{
    long wanted = PyLong_AsLong(value);
    if (wanted == -1 && PyErr_Occurred())
        return NULL;
    if (wanted < 0 || wanted > best_level())
        return PyErr_Format(PyExc_ValueError, "level must be from 0 to %d.",
                            best_level());
    level = (int)wanted;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"dense", dense, METH_VARARGS, "Multiply rows and weights, and add the biases."},
    {"dense_gradients", dense_gradients, METH_VARARGS,
     "The gradients of weights and biases, and of the rows."},
    {"network_gradient", network_gradient, METH_VARARGS,
     "The gradient of the loss of a whole network."},
    {"network_steps", network_steps, METH_VARARGS,
     "The gradients of mini-batches of a network, and a step after each."},
    {"network_outputs", network_outputs, METH_VARARGS, "The outputs of a network."},
    {"conv_pool", conv_pool, METH_VARARGS, "Convolve and pool a block of images."},
    {"conv_pool_gradients", conv_pool_gradients, METH_VARARGS,
     "The gradients of the kernels, and of the images."},
    {"optimizer_step", optimizer_step, METH_VARARGS,
     "Change parameters against their gradient, in one pass."},
    {"set_level", set_level, METH_O, "Compute as on a lesser kind of processor."},
    {NULL, NULL, 0, NULL},
};

static int begin(PyObject *self)
{
    static int has_begun; /* an import holds a lock */
    if (!has_begun && prepare_workers()) {
        PyErr_NoMemory();
        return -1;
    }
    has_begun = 1;
    level = best_level();
    return PyModule_AddStringConstant(self, "level", level_names[level]);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
#ifdef Py_mod_gil
    /* A call changes what it was given alone; what is shared is in `workers.h`, with
       locks of its own. */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_compiled",
    .m_doc = "Compiled layers, whole networks and steps.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__compiled(void)
{
    return PyModuleDef_Init(&module);
}
