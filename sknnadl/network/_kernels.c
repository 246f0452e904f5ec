/* Dense layers, and convolution with max-pooling, forward and backward, for a block.

   The functions do what `Product` and `Convolution` do in NumPy. Nothing in a row's or
   an image's result depends on those beside it. Arrays are C-contiguous:

       x        (n, inputs)                        the rows
       weights  (inputs, units)
       dz       (n, units)                         the gradient of `x weights + biases`

       x        (n, height, width, channels)       the images, with their padding
       kernels  (kernel height * kernel width * channels, filters)
       pooled   (n, down, across, filters)         the largest sum of each window
       winners  (n, down, across, filters)         where in its window that was
       dz       (n, down, across, filters)         the gradient of `pooled`

   `memory` is what a function may work in. The file includes itself for each kind of
   processor, and there for each type of number. */
#ifndef BODY
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

typedef struct {
    Py_ssize_t n, inputs, units;
} Layer;

/* A layer of a stack of dense layers, and where its parameters begin in the vector. */
typedef struct {
    Py_ssize_t inputs, units, activation, weights, biases;
} Stacked;

enum { IDENTITY, RELU, LEAKY_RELU, SIGMOID, ACTIVATIONS };
enum { LOG_LOSS, CROSS_ENTROPY, SQUARED_ERROR, LINEAR_SQUARED_ERROR, LOSSES };

typedef struct {
    Py_ssize_t n, height, width, channels;         /* the images */
    Py_ssize_t kernel_height, kernel_width, filters;
    Py_ssize_t stride_down, stride_across;
    Py_ssize_t pool_height, pool_width, down, across; /* windows, and how many */
} Shape;

/* A matrix product a b. Row r of `a` is made of `lines` times `depth` numbers, and
   number t of line i is a[r * row_step + i * line_step + t * step]. `b` and the result
   are C-contiguous. */
typedef struct {
    Py_ssize_t rows, lines, depth, columns, row_step, line_step, step;
} Product;

#define BODY
#define MOST_BYTES 64 /* of a vector; ROWS are multiplied in registers at a time */
#define CHUNK 8 /* vectors that are added up in registers at a time */
#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define NAME(function) PASTE(function, REAL, LEVEL)

#if defined(__x86_64__) && defined(__GNUC__)
#define LEVEL avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define BYTES MOST_BYTES
#define ROWS 12
#include "_kernels.c"
#define LEVEL avx2
#define TARGET __attribute__((target("avx2,fma")))
#define BYTES 32
#define ROWS 6
#include "_kernels.c"
#endif
#define LEVEL plain
#define TARGET
#define BYTES 16
#define ROWS 4
#include "_kernels.c"
#undef BODY

static int which; /* the kind of processor to compute for */

/* Which of the three kinds of processor this is. */
static int level(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 1;
#endif
    return 0;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define CALL(function, type, ...)                                                   \
    (which == 2   ? function##_##type##_avx512(__VA_ARGS__)                         \
     : which == 1 ? function##_##type##_avx2(__VA_ARGS__)                           \
                  : function##_##type##_plain(__VA_ARGS__))
#else
#define CALL(function, type, ...) function##_##type##_plain(__VA_ARGS__)
#endif

/* What a function returns: it may have failed for the sizes of its arrays. */
static PyObject *finish(int failed)
{
    if (failed)
        return PyErr_Format(PyExc_ValueError, "An array has not the size it should.");
    Py_RETURN_NONE;
}

/* Make a bytearray so many numbers long, if it is not, and so many indices. */
static int extend(PyObject *memory, Py_ssize_t count, Py_ssize_t width,
                  Py_ssize_t indices)
{
    Py_ssize_t bytes = count * width + indices * sizeof(Py_ssize_t);
    return PyByteArray_GET_SIZE(memory) < bytes && PyByteArray_Resize(memory, bytes) < 0;
}

/* Whether a buffer holds so many numbers, and so many bytes for each. */
static int fits(const Py_buffer *buffer, Py_ssize_t count, Py_ssize_t width)
{
    return buffer->len == count * width;
}

/* Whether the sizes make sense, and images and kernels have theirs. */
static int is_sound(const Shape *s, const Py_buffer *x, const Py_buffer *kernels,
                    Py_ssize_t width)
{
    Py_ssize_t rows = s->down * s->pool_height, columns = s->across * s->pool_width;
    Py_ssize_t size = s->kernel_height * s->kernel_width * s->channels;
    return s->n >= 0 && s->channels > 0 && s->filters > 0 && s->kernel_height > 0
           && s->kernel_width > 0 && s->stride_down > 0 && s->stride_across > 0
           && s->pool_height > 0 && s->pool_width > 0 && s->down > 0 && s->across > 0
           && s->pool_height * s->pool_width <= 256
           && (rows - 1) * s->stride_down + s->kernel_height <= s->height
           && (columns - 1) * s->stride_across + s->kernel_width <= s->width
           && fits(x, s->n * s->height * s->width * s->channels, width)
           && fits(kernels, size * s->filters, width);
}

static PyObject *dense(PyObject *self, PyObject *args)
{
    Py_buffer x, weights, biases, out;
    PyObject *memory;
    Layer s;
    int is_double, failed;
    if (!PyArg_ParseTuple(args, "py*y*y*w*Y(nnn)", &is_double, &x, &weights, &biases,
                          &out, &memory, &s.n, &s.inputs, &s.units))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    failed = s.n < 0 || s.inputs <= 0 || s.units <= 0
        || !fits(&x, s.n * s.inputs, width) || !fits(&biases, s.units, width)
        || !fits(&weights, s.inputs * s.units, width)
        || !fits(&out, s.n * s.units, width);
    if (!failed && !extend(memory, (s.n + s.inputs) * MOST_BYTES / width, width, 0)) {
        void *own = PyByteArray_AS_STRING(memory);
        Py_BEGIN_ALLOW_THREADS
        if (is_double)
            CALL(dense, double, &s, x.buf, weights.buf, biases.buf, out.buf, own);
        else
            CALL(dense, float, &s, x.buf, weights.buf, biases.buf, out.buf, own);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&x);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&biases);
    PyBuffer_Release(&out);
    return PyErr_Occurred() ? NULL : finish(failed);
}

static PyObject *dense_back(PyObject *self, PyObject *args)
{
    Py_buffer x, weights, dz, weights_gradient, biases_gradient, dx;
    PyObject *memory;
    Layer s;
    int is_double, need_input, failed;
    if (!PyArg_ParseTuple(args, "ppy*y*y*w*w*w*Y(nnn)", &is_double, &need_input, &x,
                          &weights, &dz, &weights_gradient, &biases_gradient, &dx,
                          &memory, &s.n, &s.inputs, &s.units))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t lanes = MOST_BYTES / width;
    Py_ssize_t most = s.n + lanes > s.units + lanes ? s.n + lanes : s.units + lanes;
    failed = s.n < 0 || s.inputs <= 0 || s.units <= 0
        || !fits(&x, s.n * s.inputs, width) || !fits(&dz, s.n * s.units, width)
        || !fits(&weights, s.inputs * s.units, width)
        || !fits(&weights_gradient, s.inputs * s.units, width)
        || !fits(&biases_gradient, s.units, width)
        || (need_input && !fits(&dx, s.n * s.inputs, width));
    if (!failed && !extend(memory, (s.inputs + most) * (s.n + lanes), width, 0)) {
        void *own = PyByteArray_AS_STRING(memory), *to = need_input ? dx.buf : NULL;
        Py_BEGIN_ALLOW_THREADS
        if (is_double)
            CALL(dense_back, double, &s, x.buf, weights.buf, dz.buf,
                 weights_gradient.buf, biases_gradient.buf, to, own);
        else
            CALL(dense_back, float, &s, x.buf, weights.buf, dz.buf,
                 weights_gradient.buf, biases_gradient.buf, to, own);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&x);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&dz);
    PyBuffer_Release(&weights_gradient);
    PyBuffer_Release(&biases_gradient);
    PyBuffer_Release(&dx);
    return PyErr_Occurred() ? NULL : finish(failed);
}

/* How many numbers of memory `differentiate` needs, or -1 if the layers do not fit. */
static Py_ssize_t stack_memory(const Stacked *layers, Py_ssize_t count, Py_ssize_t n,
                               Py_ssize_t lanes, Py_ssize_t n_parameters)
{
    Py_ssize_t outputs = 0, widest = 0, deepest = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        const Stacked *s = layers + i;
        if (s->inputs <= 0 || s->units <= 0 || s->weights < 0 || s->biases < 0
            || (i && s->inputs != s[-1].units) || s->activation < 0
            || s->activation >= ACTIVATIONS
            || s->weights + s->inputs * s->units > n_parameters
            || s->biases + s->units > n_parameters)
            return -1;
        outputs += n * s->units + lanes;
        widest = s->units > widest ? s->units : widest;
        deepest = s->inputs > deepest ? s->inputs : deepest;
    }
    Py_ssize_t most = n > widest ? n : widest;
    return outputs + 2 * (n * widest + lanes) + (deepest + most + lanes) * (n + lanes);
}

static PyObject *differentiate(PyObject *self, PyObject *args)
{
    Py_buffer x, targets, weights = {0}, layout, parameters, gradient, logits;
    PyObject *memory, *given;
    double scale;
    int is_double, loss, failed = 1;
    if (!PyArg_ParseTuple(args, "py*y*Odiy*y*w*w*Y", &is_double, &x, &targets, &given,
                          &scale, &loss, &layout, &parameters, &gradient, &logits,
                          &memory))
        return NULL;
    if (given != Py_None && PyObject_GetBuffer(given, &weights, PyBUF_SIMPLE) < 0)
        goto release;
    const Stacked *layers = layout.buf;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t count = layout.len / sizeof(Stacked), lanes = MOST_BYTES / width;
    if (!count || layers->inputs <= 0 || loss < 0 || loss >= LOSSES)
        goto release;
    Py_ssize_t n = x.len / width / layers->inputs, outputs = layers[count - 1].units;
    Py_ssize_t needed
        = stack_memory(layers, count, n, lanes, parameters.len / width);
    if (needed < 0 || !fits(&x, n * layers->inputs, width)
        || !fits(&targets, n * outputs, width) || !fits(&logits, n * outputs, width)
        || (given != Py_None && !fits(&weights, n, width))
        || gradient.len != parameters.len)
        goto release;
    failed = 0;
    if (!extend(memory, needed, width, 0)) {
        void *own = PyByteArray_AS_STRING(memory);
        Py_BEGIN_ALLOW_THREADS
        if (is_double)
            CALL(differentiate, double, layers, count, n, x.buf, targets.buf,
                 weights.buf, scale, loss, parameters.buf, gradient.buf, logits.buf,
                 own);
        else
            CALL(differentiate, float, layers, count, n, x.buf, targets.buf,
                 weights.buf, scale, loss, parameters.buf, gradient.buf, logits.buf,
                 own);
        Py_END_ALLOW_THREADS
    }
release:
    PyBuffer_Release(&x);
    PyBuffer_Release(&targets);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&layout);
    PyBuffer_Release(&parameters);
    PyBuffer_Release(&gradient);
    PyBuffer_Release(&logits);
    return PyErr_Occurred() ? NULL : finish(failed);
}

static PyObject *forward(PyObject *self, PyObject *args)
{
    Py_buffer x, kernels, pooled, winners;
    PyObject *memory;
    Shape s;
    int is_double, failed;
    if (!PyArg_ParseTuple(args, "py*y*w*w*Y(nnnn)(nnn)(nn)(nnnn)", &is_double, &x,
                          &kernels, &pooled, &winners, &memory, &s.n, &s.height,
                          &s.width, &s.channels, &s.kernel_height, &s.kernel_width,
                          &s.filters, &s.stride_down, &s.stride_across,
                          &s.pool_height, &s.pool_width, &s.down, &s.across))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t count = s.n * s.down * s.across * s.filters, lanes = MOST_BYTES / width;
    Py_ssize_t size = s.kernel_height * s.kernel_width * s.channels;
    Py_ssize_t row = s.pool_height * s.across * s.pool_width;
    failed = !is_sound(&s, &x, &kernels, width) || !fits(&pooled, count, width)
        || !fits(&winners, count, 1);
    if (!failed
        && !extend(memory, size * lanes + row * (s.filters + lanes), width, 0)) {
        void *own = PyByteArray_AS_STRING(memory);
        Py_BEGIN_ALLOW_THREADS
        if (is_double)
            CALL(forward, double, &s, x.buf, kernels.buf, pooled.buf, winners.buf, own);
        else
            CALL(forward, float, &s, x.buf, kernels.buf, pooled.buf, winners.buf, own);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&x);
    PyBuffer_Release(&kernels);
    PyBuffer_Release(&pooled);
    PyBuffer_Release(&winners);
    return PyErr_Occurred() ? NULL : finish(failed);
}

static PyObject *backward(PyObject *self, PyObject *args)
{
    Py_buffer x, kernels, dz, winners, gradient, dx;
    PyObject *memory;
    Shape s;
    int is_double, need_input, failed;
    if (!PyArg_ParseTuple(args, "ppy*y*y*y*w*w*Y(nnnn)(nnn)(nn)(nnnn)", &is_double,
                          &need_input, &x, &kernels, &dz, &winners, &gradient, &dx,
                          &memory, &s.n, &s.height, &s.width, &s.channels,
                          &s.kernel_height, &s.kernel_width, &s.filters,
                          &s.stride_down, &s.stride_across, &s.pool_height,
                          &s.pool_width, &s.down, &s.across))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t windows = s.down * s.across, count = s.n * windows * s.filters;
    failed = !is_sound(&s, &x, &kernels, width) || !fits(&dz, count, width)
        || !fits(&winners, count, 1) || !fits(&gradient, kernels.len / width, width)
        || (need_input && !fits(&dx, x.len / width, width));
    if (!failed) {
        Py_ssize_t lanes = MOST_BYTES / width, run = s.kernel_width * s.channels;
        Py_ssize_t image = s.height * s.width * s.channels + lanes;
        Py_ssize_t turned = s.filters * s.kernel_height * (run + lanes);
        Py_ssize_t longest = windows > s.filters ? windows : s.filters;
        if (!extend(memory, 2 * (image + turned) + longest + 1, width,
                    longest + windows + 2 * s.kernel_height * run)) {
            void *own = PyByteArray_AS_STRING(memory), *to = need_input ? dx.buf : NULL;
            Py_BEGIN_ALLOW_THREADS
            if (is_double)
                CALL(backward, double, &s, x.buf, kernels.buf, dz.buf, winners.buf,
                     gradient.buf, to, own);
            else
                CALL(backward, float, &s, x.buf, kernels.buf, dz.buf, winners.buf,
                     gradient.buf, to, own);
            Py_END_ALLOW_THREADS
        }
    }
    PyBuffer_Release(&x);
    PyBuffer_Release(&kernels);
    PyBuffer_Release(&dz);
    PyBuffer_Release(&winners);
    PyBuffer_Release(&gradient);
    PyBuffer_Release(&dx);
    return PyErr_Occurred() ? NULL : finish(failed);
}

/* Compute as on a lesser kind of processor, for tests. */
static PyObject *set_level(PyObject *self, PyObject *value)
{
    long wanted = PyLong_AsLong(value);
    if (wanted == -1 && PyErr_Occurred())
        return NULL;
    if (wanted < 0 || wanted > level())
        return PyErr_Format(PyExc_ValueError, "level must be from 0 to %d.", level());
    which = (int)wanted;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"dense", dense, METH_VARARGS, "Multiply rows and weights, and add the biases."},
    {"dense_back", dense_back, METH_VARARGS, "The gradients of weights and biases."},
    {"differentiate", differentiate, METH_VARARGS,
     "The gradient of the loss of a stack of dense layers."},
    {"forward", forward, METH_VARARGS, "Convolve and pool a block of images."},
    {"backward", backward, METH_VARARGS, "The gradients of the kernels and images."},
    {"set_level", set_level, METH_O, "Compute as on a lesser kind of processor."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "Compiled dense layers, and convolution with max-pooling.", -1,
    methods,
};

PyMODINIT_FUNC PyInit__kernels(void)
{
    static const char *const names[] = {"plain", "AVX2", "AVX-512"};
    PyObject *self = PyModule_Create(&module);
    which = level();
    if (self && PyModule_AddStringConstant(self, "level", names[which]) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

#elif !defined(REAL) /* one kind of processor: both types of number */

#define REAL float
#define INTEGER int
#define MANTISSA 23 /* its bits */
#define LARGEST 86  /* whose exponential, and that of its negative, are normal */
#define DEGREE 7    /* of a polynomial that is as good as the type */
#include "_kernels.c"
#undef REAL
#undef INTEGER
#undef MANTISSA
#undef LARGEST
#undef DEGREE
#define REAL double
#define INTEGER long long
#define MANTISSA 52
#define LARGEST 700
#define DEGREE 13
#include "_kernels.c"
#undef REAL
#undef INTEGER
#undef MANTISSA
#undef LARGEST
#undef DEGREE
#undef LEVEL
#undef TARGET
#undef BYTES
#undef ROWS

#else /* the functions for one type of number and one kind of processor */

#define LANES ((Py_ssize_t)(BYTES / sizeof(REAL)))
typedef REAL NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(REAL)),
                                         may_alias));
typedef INTEGER NAME(indices) __attribute__((vector_size(BYTES)));
typedef unsigned char NAME(bytes) __attribute__((vector_size(BYTES / sizeof(REAL)),
                                                 aligned(1), may_alias));
#define VECTOR NAME(vector)
#define INDICES NAME(indices)
#define BYTE_VECTOR NAME(bytes)

/* Some rows of `a` times two vectors of columns of `b` (or one), added up in
   registers. The order of addition is the same for any number of rows. */
TARGET static inline __attribute__((always_inline)) void
NAME(tile)(const Product *p, int rows, int vectors, Py_ssize_t second, const REAL *a,
           const REAL *b, REAL *out)
{
    VECTOR sum[ROWS][2] = {{{0}}};
    for (Py_ssize_t i = 0; i < p->lines; i++, a += p->line_step) {
        const REAL *of_four[] = {a, a + 4 * p->row_step, a + 8 * p->row_step};
        for (Py_ssize_t t = 0; t < p->depth; t++, b += p->columns) {
            VECTOR weights[2];
            for (int v = 0; v < vectors; v++)
                weights[v] = *(const VECTOR *)(b + v * second);
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += weights[v] * of_four[r / 4][r % 4 * p->row_step];
            for (int r = 0; r < rows; r += 4)
                of_four[r / 4] += p->step;
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            *(VECTOR *)(out + r * p->columns + v * second) = sum[r][v];
}

/* out = a b, in tiles. There are at least LANES columns; the last vector of them may
   lie half on the one before. */
TARGET static void NAME(multiply)(const Product *p, const REAL *a, const REAL *b,
                                  REAL *out)
{
    Py_ssize_t tiles = (p->rows + ROWS - 1) / ROWS;
    for (Py_ssize_t c = 0; c < p->columns; c += 2 * LANES) {
        Py_ssize_t last = p->columns - LANES, first = c < last ? c : last;
        Py_ssize_t second = (c + LANES < last ? c + LANES : last) - first;
        for (Py_ssize_t i = 0; i < tiles; i++) {
            Py_ssize_t row = p->rows * i / tiles;
            const REAL *from = a + row * p->row_step;
            REAL *to = out + row * p->columns + first;
            switch (p->rows * (i + 1) / tiles - row) {
#define CASE(n)                                                                     \
    case n:                                                                         \
        if (n <= ROWS && second)                                                    \
            NAME(tile)(p, n, 2, second, from, b + first, to);                       \
        else if (n <= ROWS)                                                         \
            NAME(tile)(p, n, 1, second, from, b + first, to);                       \
        break;
                CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
                CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
            }
        }
    }
}

/* Copy rows of numbers into rows of another length, of which `count` are filled. */
TARGET static void NAME(copy_rows)(Py_ssize_t rows, Py_ssize_t count, const REAL *from,
                                   Py_ssize_t from_step, REAL *to, Py_ssize_t to_step)
{
    for (Py_ssize_t i = 0; i < rows; i++)
        for (Py_ssize_t j = 0; j < count; j++)
            to[i * to_step + j] = from[i * from_step + j];
}

/* out = a b, for any number of columns. */
TARGET static void NAME(product)(Product p, const REAL *a, const REAL *b, REAL *out,
                                 REAL *memory)
{
    Py_ssize_t columns = p.columns, depth = p.lines * p.depth;
    if (columns >= LANES) {
        NAME(multiply)(&p, a, b, out);
        return;
    }
    p.columns = LANES;
    memset(memory, 0, depth * LANES * sizeof(REAL));
    NAME(copy_rows)(depth, columns, b, columns, memory, LANES);
    NAME(multiply)(&p, a, memory, memory + depth * LANES);
    NAME(copy_rows)(p.rows, columns, memory + depth * LANES, LANES, out, columns);
}

/* out = x weights + biases */
TARGET static void NAME(dense)(const Layer *s, const REAL *x, const REAL *weights,
                               const REAL *biases, REAL *out, REAL *memory)
{
    Product p = {s->n, 1, s->inputs, s->units, s->inputs, 0, 1};
    NAME(product)(p, x, weights, out, memory);
    for (Py_ssize_t i = 0; i < s->n; i++)
        for (Py_ssize_t j = 0; j < s->units; j++)
            out[i * s->units + j] += biases[j];
}

/* to = from, transposed */
TARGET static void NAME(transpose)(Py_ssize_t rows, Py_ssize_t columns,
                                   const REAL *from, Py_ssize_t from_step, REAL *to,
                                   Py_ssize_t to_step)
{
    for (Py_ssize_t i = 0; i < rows; i++)
        for (Py_ssize_t j = 0; j < columns; j++)
            to[j * to_step + i] = from[i * from_step + j];
}

/* weights_gradient = x.T dz, biases_gradient = the sum of dz, dx = (weights dz.T).T */
TARGET static void NAME(dense_back)(const Layer *s, const REAL *x, const REAL *weights,
                                    const REAL *dz, REAL *weights_gradient,
                                    REAL *biases_gradient, REAL *dx, REAL *memory)
{
    Product p = {s->inputs, 1, s->n, s->units, 1, 0, s->inputs};
    NAME(product)(p, x, dz, weights_gradient, memory);
    memset(biases_gradient, 0, s->units * sizeof(REAL));
    for (Py_ssize_t i = 0; i < s->n; i++)
        for (Py_ssize_t j = 0; j < s->units; j++)
            biases_gradient[j] += dz[i * s->units + j];
    if (!dx)
        return;
    Py_ssize_t filled = s->n < LANES ? LANES : s->n;
    Product q = {s->inputs, 1, s->units, filled, s->units, 0, 1};
    REAL *turned = memory + s->units * filled;
    memset(memory, 0, s->units * filled * sizeof(REAL));
    NAME(transpose)(s->n, s->units, dz, s->units, memory, filled);
    NAME(multiply)(&q, weights, memory, turned);
    NAME(transpose)(s->inputs, s->n, turned, filled, dx, s->inputs);
}

/* exp(x), from LARGEST on that of LARGEST: 2^n times the exponential of what is left,
   which is at most log(2) / 2. */
TARGET static inline VECTOR NAME(exponential)(VECTOR x)
{
    const REAL rounder = (REAL)1.5 * ((INTEGER)1 << MANTISSA);
    VECTOR high = (VECTOR){0} + LARGEST, sum = (VECTOR){0} + 1;
    INDICES above = (INDICES)(x > high), below = (INDICES)(x < -high);
    x = (VECTOR)((above & (INDICES)high) | (below & (INDICES)(-high))
                 | (~(above | below) & (INDICES)x));
    VECTOR shifted = x * (REAL)1.4426950408889634 + rounder; /* n in its last bits */
    VECTOR n = shifted - rounder;
    x = x - n * (REAL)0.693359375 + n * (REAL)2.1219444005469058e-4; /* log(2) */
    for (int k = DEGREE; k > 0; k--)
        sum = 1 + x * sum * (REAL)(1.0 / k);
    return (VECTOR)((INDICES)sum + ((INDICES)shifted << MANTISSA));
}

/* a = f(a); there is room for whole vectors */
TARGET static void NAME(activate)(Py_ssize_t activation, Py_ssize_t count, REAL *a)
{
    if (activation == SIGMOID)
        for (Py_ssize_t i = 0; i < count; i += LANES)
            *(VECTOR *)(a + i) = 1 / (1 + NAME(exponential)(-*(VECTOR *)(a + i)));
    else if (activation == RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            a[i] = a[i] <= 0 ? 0 : a[i];
    else if (activation == LEAKY_RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            a[i] = a[i] <= 0 ? (REAL)0.01 * a[i] : a[i];
}

/* dz *= f'(z), where a = f(z) */
TARGET static void NAME(activate_back)(Py_ssize_t activation, Py_ssize_t count,
                                       const REAL *a, REAL *dz)
{
    if (activation == SIGMOID)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] *= a[i] * (1 - a[i]);
    else if (activation == RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] = a[i] <= 0 ? 0 : dz[i];
    else if (activation == LEAKY_RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] = a[i] <= 0 ? (REAL)0.01 * dz[i] : dz[i];
}

/* z = the gradient of each row's loss with respect to its logits z, times its weight
   and a scale; there is room for whole vectors */
TARGET static void NAME(slope)(int loss, Py_ssize_t n, Py_ssize_t units, REAL *z,
                               const REAL *targets, const REAL *weights, REAL scale)
{
    if (loss == LOG_LOSS) {
        for (Py_ssize_t i = 0; i < n; i++) {
            REAL most = z[i * units];
            for (Py_ssize_t j = 1; j < units; j++)
                most = z[i * units + j] > most ? z[i * units + j] : most;
            for (Py_ssize_t j = 0; j < units; j++)
                z[i * units + j] -= most;
        }
        for (Py_ssize_t i = 0; i < n * units; i += LANES)
            *(VECTOR *)(z + i) = NAME(exponential)(*(VECTOR *)(z + i));
    } else if (loss != LINEAR_SQUARED_ERROR) {
        NAME(activate)(SIGMOID, n * units, z);
    }
    for (Py_ssize_t i = 0; i < n; i++, z += units, targets += units) {
        REAL factor = weights ? scale * weights[i] : scale, sum = 1;
        if (loss == LOG_LOSS)
            for (Py_ssize_t j = sum = 0; j < units; j++)
                sum += z[j];
        for (Py_ssize_t j = 0; j < units; j++) {
            REAL a = z[j] / sum;
            z[j] = (a - targets[j]) * factor;
            if (loss == SQUARED_ERROR)
                z[j] *= a * (1 - a);
        }
    }
}

/* The gradient of the scaled sum of the rows' losses, and the logits. */
TARGET static void NAME(differentiate)(const Stacked *layers, Py_ssize_t count,
                                       Py_ssize_t n, const REAL *x,
                                       const REAL *targets, const REAL *weights,
                                       double scale, int loss, const REAL *parameters,
                                       REAL *gradient, REAL *logits, REAL *memory)
{
    Py_ssize_t widest = 0, outputs = layers[count - 1].units;
    for (Py_ssize_t i = 0; i < count; i++)
        widest = layers[i].units > widest ? layers[i].units : widest;
    REAL *dz = memory, *dx = dz + n * widest + LANES, *out = dx + n * widest + LANES;
    REAL *work = out;
    for (Py_ssize_t i = 0; i < count; i++)
        work += n * layers[i].units + LANES;
    const REAL *in = x;
    for (Py_ssize_t i = 0; i < count; i++) {
        const Stacked *s = layers + i;
        Layer sizes = {n, s->inputs, s->units};
        NAME(dense)(&sizes, in, parameters + s->weights, parameters + s->biases, out,
                    work);
        NAME(activate)(s->activation, n * s->units, out);
        in = out;
        out += n * s->units + LANES;
    }
    memcpy(logits, in, n * outputs * sizeof(REAL));
    memcpy(dz, in, n * outputs * sizeof(REAL));
    NAME(slope)(loss, n, outputs, dz, targets, weights, (REAL)scale);
    for (Py_ssize_t i = count - 1; i >= 0; i--) {
        const Stacked *s = layers + i;
        Layer sizes = {n, s->inputs, s->units};
        NAME(activate_back)(s->activation, n * s->units, in, dz);
        in = i ? in - n * s->inputs - LANES : x;
        NAME(dense_back)(&sizes, in, parameters + s->weights, dz, gradient + s->weights,
                         gradient + s->biases, i ? dx : NULL, work);
        REAL *swapped = dz;
        dz = dx;
        dx = swapped;
    }
}

/* The first of the largest sums of each window of a row of windows. */
TARGET static void NAME(pool_row)(const Shape *s, const REAL *sums, Py_ssize_t filled,
                                  REAL *pooled, unsigned char *winners)
{
    Py_ssize_t wide = s->across * s->pool_width;
    for (Py_ssize_t j = 0; j < s->across; j++) {
        for (Py_ssize_t c = 0; c < filled; c += LANES) {
            Py_ssize_t f = c < filled - LANES ? c : filled - LANES;
            const REAL *window = sums + j * s->pool_width * filled + f;
            VECTOR most = *(const VECTOR *)window;
            INDICES winner = {0};
            for (Py_ssize_t a = 0; a < s->pool_height; a++) {
                for (Py_ssize_t b = 0; b < s->pool_width; b++) {
                    VECTOR value = *(const VECTOR *)(window + (a * wide + b) * filled);
                    /* As in NumPy, nan is the largest of all. */
                    INDICES wins = (INDICES)(value > most)
                                   | (INDICES)(value != value);
                    INTEGER place = (INTEGER)(a * s->pool_width + b);
                    most = (VECTOR)((wins & (INDICES)value) | (~wins & (INDICES)most));
                    winner = (wins & place) | (~wins & winner);
                }
            }
            BYTE_VECTOR places = __builtin_convertvector(winner, BYTE_VECTOR);
            if (s->filters >= LANES) {
                *(VECTOR *)(pooled + j * s->filters + f) = most;
                *(BYTE_VECTOR *)(winners + j * s->filters + f) = places;
            } else {
                memcpy(pooled + j * s->filters, &most, s->filters * sizeof(REAL));
                memcpy(winners + j * s->filters, &places, s->filters);
            }
        }
    }
}

TARGET static void NAME(forward)(const Shape *s, const REAL *x, const REAL *kernels,
                                 REAL *pooled, unsigned char *winners, REAL *memory)
{
    Py_ssize_t filled = s->filters < LANES ? LANES : s->filters;
    Py_ssize_t line = s->width * s->channels, run = s->kernel_width * s->channels;
    Py_ssize_t size = s->kernel_height * run, wide = s->across * s->pool_width;
    Product p = {wide, s->kernel_height, run, filled,
                 s->stride_across * s->channels, line, 1};
    REAL *sums = memory;
    if (filled > s->filters) {
        sums += size * filled;
        memset(memory, 0, size * filled * sizeof(REAL));
        NAME(copy_rows)(size, s->filters, kernels, s->filters, memory, filled);
        kernels = memory;
    }
    for (Py_ssize_t image = 0; image < s->n; image++, x += s->height * line) {
        for (Py_ssize_t i = 0; i < s->down; i++) {
            for (Py_ssize_t a = 0; a < s->pool_height; a++) {
                Py_ssize_t top = (i * s->pool_height + a) * s->stride_down;
                NAME(multiply)(&p, x + top * line, kernels, sums + a * wide * filled);
            }
            NAME(pool_row)(s, sums, filled, pooled, winners);
            pooled += s->across * s->filters;
            winners += s->across * s->filters;
        }
    }
}

/* to += the sum of slopes * from, for some vectors of each. */
TARGET static inline __attribute__((always_inline)) void
NAME(add_some)(int vectors, Py_ssize_t count, const REAL *slopes, const REAL *from,
               const Py_ssize_t *starts, const Py_ssize_t *places, REAL *to,
               const Py_ssize_t *to_places)
{
    VECTOR sum[CHUNK];
    for (int v = 0; v < vectors; v++)
        sum[v] = *(VECTOR *)(to + to_places[v]);
    for (Py_ssize_t i = 0; i < count; i++)
        for (int v = 0; v < vectors; v++)
            sum[v] += slopes[i] * *(const VECTOR *)(from + starts[i] + places[v]);
    for (int v = 0; v < vectors; v++)
        *(VECTOR *)(to + to_places[v]) = sum[v];
}

/* The same for any number of vectors: vector v of number i lies at from + starts[i] +
   places[v], and the sum's at to + to_places[v]. */
TARGET static void NAME(add_all)(Py_ssize_t vectors, Py_ssize_t count,
                                 const REAL *slopes, const REAL *from,
                                 const Py_ssize_t *starts, const Py_ssize_t *places,
                                 REAL *to, const Py_ssize_t *to_places)
{
    for (; vectors > 0; vectors -= CHUNK, places += CHUNK, to_places += CHUNK) {
        switch (vectors) {
#define CASE(n)                                                                     \
    NAME(add_some)(n, count, slopes, from, starts, places, to, to_places);          \
    break;
        case 1: CASE(1)
        case 2: CASE(2)
        case 3: CASE(3)
        case 4: CASE(4)
        case 5: CASE(5)
        case 6: CASE(6)
        case 7: CASE(7)
        default: CASE(CHUNK)
#undef CASE
        }
    }
}

/* Copy kernels to (filters, rows, row filled up to whole vectors), or back. */
TARGET static void NAME(turn)(const Shape *s, Py_ssize_t filled, REAL *turned,
                              REAL *kernels, int back)
{
    Py_ssize_t run = s->kernel_width * s->channels;
    for (Py_ssize_t i = 0; i < s->kernel_height; i++) {
        for (Py_ssize_t t = 0; t < run; t++, kernels += s->filters) {
            for (Py_ssize_t f = 0; f < s->filters; f++) {
                REAL *place = turned + (f * s->kernel_height + i) * filled + t;
                if (back)
                    kernels[f] = *place;
                else
                    *place = kernels[f];
            }
        }
    }
}

/* Only the winner of a window has a gradient: that of its filter's kernel is += dz *
   patch, and the patch's place in `dx` += dz * kernel. The rows of kernels and patches
   are filled up to whole vectors; so there is a vector's room behind an image. */
TARGET static void NAME(backward)(const Shape *s, const REAL *x, const REAL *kernels,
                                  const REAL *dz, const unsigned char *winners,
                                  REAL *gradient, REAL *dx, REAL *memory)
{
    Py_ssize_t line = s->width * s->channels, pixels = s->height * line;
    Py_ssize_t filters = s->filters, windows = s->down * s->across;
    Py_ssize_t area = s->pool_height * s->pool_width;
    Py_ssize_t pieces = (s->kernel_width * s->channels + LANES - 1) / LANES;
    Py_ssize_t vectors = s->kernel_height * pieces, size = vectors * LANES;
    REAL *image = memory, *image_dx = image + pixels + LANES;
    REAL *turned = image_dx + pixels + LANES, *sums = turned + filters * size;
    REAL *slopes = sums + filters * size;
    Py_ssize_t longest = windows > filters ? windows : filters;
    Py_ssize_t *starts = (Py_ssize_t *)(slopes + longest + longest % 2);
    Py_ssize_t *corners = starts + longest, *in_patch = corners + windows;
    Py_ssize_t *in_kernel = in_patch + vectors, within[256], ends[257];
    memset(memory, 0, 2 * (pixels + LANES + filters * size) * sizeof(REAL));
    NAME(turn)(s, pieces * LANES, turned, (REAL *)kernels, 0);
    for (Py_ssize_t v = 0; v < vectors; v++) {
        in_kernel[v] = v * LANES;
        in_patch[v] = v / pieces * line + v % pieces * LANES;
    }
    for (Py_ssize_t i = 0; i < area; i++)
        within[i] = i / s->pool_width * s->stride_down * line
                    + i % s->pool_width * s->stride_across * s->channels;
    for (Py_ssize_t w = 0; w < windows; w++)
        corners[w] = w / s->across * s->pool_height * s->stride_down * line
                     + w % s->across * s->pool_width * s->stride_across * s->channels;
    for (Py_ssize_t n = 0; n < s->n; n++) {
        memcpy(image, x + n * pixels, pixels * sizeof(REAL));
        for (Py_ssize_t f = 0; f < filters; f++) {
            Py_ssize_t count = 0;
            for (Py_ssize_t w = 0; w < windows; w++) {
                slopes[count] = dz[w * filters + f];
                starts[count] = corners[w] + within[winners[w * filters + f]];
                count += slopes[count] != 0;
            }
            NAME(add_all)(vectors, count, slopes, image, starts, in_patch,
                          sums + f * size, in_kernel);
        }
        for (Py_ssize_t w = 0; dx && w < windows; w++) {
            /* The filters of a window in the order of their winners. */
            const REAL *of_window = dz + w * filters;
            const unsigned char *winner = winners + w * filters;
            memset(ends, 0, sizeof ends);
            for (Py_ssize_t f = 0; f < filters; f++)
                ends[winner[f] + 1] += of_window[f] != 0;
            for (Py_ssize_t i = 0; i < area; i++)
                ends[i + 1] += ends[i];
            for (Py_ssize_t f = 0; f < filters; f++) {
                if (of_window[f] != 0) {
                    slopes[ends[winner[f]]] = of_window[f];
                    starts[ends[winner[f]]++] = f * size;
                }
            }
            for (Py_ssize_t i = 0, first = 0; i < area; first = ends[i++])
                if (ends[i] > first)
                    NAME(add_all)(vectors, ends[i] - first, slopes + first, turned,
                                  starts + first, in_kernel,
                                  image_dx + corners[w] + within[i], in_patch);
        }
        if (dx) {
            memcpy(dx + n * pixels, image_dx, pixels * sizeof(REAL));
            memset(image_dx, 0, pixels * sizeof(REAL));
        }
        dz += windows * filters;
        winners += windows * filters;
    }
    NAME(turn)(s, pieces * LANES, sums, gradient, 1);
}

#undef LANES
#undef VECTOR
#undef INDICES
#undef BYTE_VECTOR
#endif
