/* Convolution with max-pooling, forward and backward, for a block of images.

   The functions do what `Conv2DLayer` does in NumPy, an image at a time: nothing in an
   image's result depends on the images beside it. Arrays are C-contiguous:

       x        (n, height, width, channels)       the images, with their padding
       kernels  (kernel height * kernel width * channels, filters)
       pooled   (n, down, across, filters)         the largest sum of each window
       winners  (n, down, across, filters)         where in its window that was
       dz       (n, down, across, filters)         the gradient of `pooled`

   The file includes itself for each kind of processor, and there for each type of
   number. */
#ifndef BODY
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Py_ssize_t n, height, width, channels;         /* the images */
    Py_ssize_t kernel_height, kernel_width, filters;
    Py_ssize_t stride_down, stride_across;
    Py_ssize_t pool_height, pool_width, down, across; /* windows, and how many */
} Shape;

#define BODY
#define CHUNK 8 /* vectors that are added up in registers */
#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define NAME(function) PASTE(function, REAL, LEVEL)

#if defined(__x86_64__) && defined(__GNUC__)
#define LEVEL avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define BYTES 64
#define PIXELS 8
#include "_kernels.c"
#define LEVEL avx2
#define TARGET __attribute__((target("avx2,fma")))
#define BYTES 32
#define PIXELS 4
#include "_kernels.c"
#endif
#define LEVEL plain
#define TARGET
#define BYTES 16
#define PIXELS 4
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

/* What a function returns: it may have failed (1) for sizes or (-1) for memory. */
static PyObject *finish(int failed)
{
    if (failed == 1)
        return PyErr_Format(PyExc_ValueError, "An array has not the size it should.");
    if (failed)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
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

static PyObject *forward(PyObject *self, PyObject *args)
{
    Py_buffer x, kernels, pooled, winners;
    Shape s;
    int is_double, failed;
    if (!PyArg_ParseTuple(args, "py*y*w*w*(nnnn)(nnn)(nn)(nnnn)", &is_double, &x,
                          &kernels, &pooled, &winners, &s.n, &s.height, &s.width,
                          &s.channels, &s.kernel_height, &s.kernel_width, &s.filters,
                          &s.stride_down, &s.stride_across, &s.pool_height,
                          &s.pool_width, &s.down, &s.across))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t count = s.n * s.down * s.across * s.filters;
    if (!is_sound(&s, &x, &kernels, width) || !fits(&pooled, count, width)
        || !fits(&winners, count, 1)) {
        failed = 1;
        goto release;
    }
    Py_BEGIN_ALLOW_THREADS
    failed = is_double
        ? CALL(forward, double, &s, x.buf, kernels.buf, pooled.buf, winners.buf)
        : CALL(forward, float, &s, x.buf, kernels.buf, pooled.buf, winners.buf);
    Py_END_ALLOW_THREADS
release:
    PyBuffer_Release(&x);
    PyBuffer_Release(&kernels);
    PyBuffer_Release(&pooled);
    PyBuffer_Release(&winners);
    return finish(failed);
}

static PyObject *backward(PyObject *self, PyObject *args)
{
    Py_buffer x, kernels, dz, winners, gradient, dx;
    Shape s;
    int is_double, need_input, failed;
    if (!PyArg_ParseTuple(args, "ppy*y*y*y*w*w*(nnnn)(nnn)(nn)(nnnn)", &is_double,
                          &need_input, &x, &kernels, &dz, &winners, &gradient, &dx,
                          &s.n, &s.height, &s.width, &s.channels, &s.kernel_height,
                          &s.kernel_width, &s.filters, &s.stride_down,
                          &s.stride_across, &s.pool_height, &s.pool_width, &s.down,
                          &s.across))
        return NULL;
    Py_ssize_t width = is_double ? sizeof(double) : sizeof(float);
    Py_ssize_t count = s.n * s.down * s.across * s.filters;
    if (!is_sound(&s, &x, &kernels, width) || !fits(&dz, count, width)
        || !fits(&winners, count, 1) || !fits(&gradient, kernels.len / width, width)
        || (need_input && !fits(&dx, x.len / width, width))) {
        failed = 1;
        goto release;
    }
    Py_BEGIN_ALLOW_THREADS
    failed = is_double
        ? CALL(backward, double, &s, x.buf, kernels.buf, dz.buf, winners.buf,
               gradient.buf, need_input ? dx.buf : NULL)
        : CALL(backward, float, &s, x.buf, kernels.buf, dz.buf, winners.buf,
               gradient.buf, need_input ? dx.buf : NULL);
    Py_END_ALLOW_THREADS
release:
    PyBuffer_Release(&x);
    PyBuffer_Release(&kernels);
    PyBuffer_Release(&dz);
    PyBuffer_Release(&winners);
    PyBuffer_Release(&gradient);
    PyBuffer_Release(&dx);
    return finish(failed);
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
    {"forward", forward, METH_VARARGS, "Convolve and pool a block of images."},
    {"backward", backward, METH_VARARGS, "The gradients of the kernels and images."},
    {"set_level", set_level, METH_O, "Compute as on a lesser kind of processor."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "Compiled convolution with max-pooling.", -1,
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
#include "_kernels.c"
#undef REAL
#undef INTEGER
#define REAL double
#define INTEGER long long
#include "_kernels.c"
#undef REAL
#undef INTEGER
#undef LEVEL
#undef TARGET
#undef BYTES
#undef PIXELS

#else /* the functions for one type of number and one kind of processor */

#define LANES ((Py_ssize_t)(BYTES / sizeof(REAL)))
typedef REAL NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(REAL)),
                                         may_alias));
typedef INTEGER NAME(indices) __attribute__((vector_size(BYTES)));
#define VECTOR NAME(vector)
#define INDICES NAME(indices)

/* The sums of PIXELS neighbouring pixels for two vectors of filters (or one). */
TARGET static inline __attribute__((always_inline)) void
NAME(sum_pixels)(const Shape *s, const REAL *corner, Py_ssize_t step, int pixels,
                 int vectors, const REAL *kernels, Py_ssize_t filters, REAL *sums)
{
    VECTOR sum[PIXELS][2] = {{{0}}};
    Py_ssize_t run = s->kernel_width * s->channels, line = s->width * s->channels;
    for (Py_ssize_t i = 0; i < s->kernel_height; i++) {
        const REAL *values = corner + i * line;
        for (Py_ssize_t t = 0; t < run; t++, kernels += filters) {
            for (int v = 0; v < vectors; v++) {
                VECTOR weights = *(const VECTOR *)(kernels + v * LANES);
                for (int p = 0; p < pixels; p++)
                    sum[p][v] += weights * values[p * step + t];
            }
        }
    }
    for (int p = 0; p < pixels; p++)
        for (int v = 0; v < vectors; v++)
            *(VECTOR *)(sums + p * filters + v * LANES) = sum[p][v];
}

/* The sums of a row of pixels for all filters, padded to a multiple of LANES. */
TARGET static void NAME(sum_row)(const Shape *s, const REAL *row, Py_ssize_t wide,
                                 const REAL *kernels, Py_ssize_t filters, REAL *sums)
{
    Py_ssize_t step = s->stride_across * s->channels, vectors = filters / LANES;
    for (Py_ssize_t v = 0; v < vectors; v += 2) {
        const REAL *some = kernels + v * LANES;
        REAL *out = sums + v * LANES;
        Py_ssize_t p = 0;
        for (; p + PIXELS <= wide; p += PIXELS) {
            if (v + 2 <= vectors)
                NAME(sum_pixels)(s, row + p * step, step, PIXELS, 2, some, filters,
                                 out + p * filters);
            else
                NAME(sum_pixels)(s, row + p * step, step, PIXELS, 1, some, filters,
                                 out + p * filters);
        }
        for (; p < wide; p++) {
            if (v + 2 <= vectors)
                NAME(sum_pixels)(s, row + p * step, step, 1, 2, some, filters,
                                 out + p * filters);
            else
                NAME(sum_pixels)(s, row + p * step, step, 1, 1, some, filters,
                                 out + p * filters);
        }
    }
}

/* The first of the largest sums of each window of a row of windows. */
TARGET static void NAME(pool_row)(const Shape *s, const REAL *sums, Py_ssize_t filters,
                                  REAL *pooled, unsigned char *winners)
{
    Py_ssize_t wide = s->across * s->pool_width;
    for (Py_ssize_t j = 0; j < s->across; j++) {
        for (Py_ssize_t f = 0; f < filters; f += LANES) {
            const REAL *window = sums + j * s->pool_width * filters + f;
            VECTOR most = *(const VECTOR *)window;
            INDICES winner = {0};
            for (Py_ssize_t a = 0; a < s->pool_height; a++) {
                for (Py_ssize_t b = 0; b < s->pool_width; b++) {
                    VECTOR value = *(const VECTOR *)(window + (a * wide + b) * filters);
                    /* As in NumPy, nan is the largest of all. */
                    INDICES wins = (INDICES)(value > most)
                                   | (INDICES)(value != value);
                    INTEGER place = (INTEGER)(a * s->pool_width + b);
                    most = (VECTOR)((wins & (INDICES)value) | (~wins & (INDICES)most));
                    winner = (wins & place) | (~wins & winner);
                }
            }
            Py_ssize_t count = s->filters - f < LANES ? s->filters - f : LANES;
            memcpy(pooled + j * s->filters + f, &most, count * sizeof(REAL));
            for (Py_ssize_t i = 0; i < count; i++)
                winners[j * s->filters + f + i] = (unsigned char)winner[i];
        }
    }
}

TARGET static int NAME(forward)(const Shape *s, const REAL *x, const REAL *kernels,
                                REAL *pooled, unsigned char *winners)
{
    Py_ssize_t filled = (s->filters + LANES - 1) / LANES * LANES;
    Py_ssize_t size = s->kernel_height * s->kernel_width * s->channels;
    Py_ssize_t wide = s->across * s->pool_width, line = s->width * s->channels;
    Py_ssize_t row = s->across * s->filters;
    REAL *memory = calloc((size + s->pool_height * wide) * filled, sizeof(REAL));
    if (!memory)
        return -1;
    REAL *sums = memory + size * filled;
    for (Py_ssize_t k = 0; k < size; k++)
        memcpy(memory + k * filled, kernels + k * s->filters,
               s->filters * sizeof(REAL));
    for (Py_ssize_t image = 0; image < s->n; image++, x += s->height * line) {
        for (Py_ssize_t i = 0; i < s->down; i++, pooled += row, winners += row) {
            for (Py_ssize_t a = 0; a < s->pool_height; a++) {
                Py_ssize_t top = (i * s->pool_height + a) * s->stride_down;
                NAME(sum_row)(s, x + top * line, wide, memory, filled,
                              sums + a * wide * filled);
            }
            NAME(pool_row)(s, sums, filled, pooled, winners);
        }
    }
    free(memory);
    return 0;
}

/* Where in an image the patch of a pixel begins. */
TARGET static inline Py_ssize_t NAME(corner)(const Shape *s, Py_ssize_t pixel)
{
    Py_ssize_t wide = s->across * s->pool_width, i = pixel / wide, j = pixel % wide;
    return (i * s->stride_down * s->width + j * s->stride_across) * s->channels;
}

/* `sums` += the sum of slopes * patches, for CHUNK vectors of each patch (or one). */
TARGET static inline __attribute__((always_inline)) void
NAME(add_patches)(Py_ssize_t windows, const REAL *slopes, const REAL *const *patches,
                  Py_ssize_t offset, int vectors, REAL *sums)
{
    VECTOR sum[CHUNK];
    for (int v = 0; v < vectors; v++)
        sum[v] = *(VECTOR *)(sums + offset + v * LANES);
    for (Py_ssize_t w = 0; w < windows; w++)
        for (int v = 0; v < vectors; v++)
            sum[v] += slopes[w] * *(const VECTOR *)(patches[w] + offset + v * LANES);
    for (int v = 0; v < vectors; v++)
        *(VECTOR *)(sums + offset + v * LANES) = sum[v];
}

/* Only the winner of a window has a gradient: `gradient` += dz * patch for its filter,
   and the patch's place in `dx` += dz * kernel. Patches and kernels are filled up to
   whole vectors; kernels and their gradient are turned to (filters, size). */
TARGET static int NAME(backward)(const Shape *s, const REAL *x, const REAL *kernels,
                                 const REAL *dz, const unsigned char *winners,
                                 REAL *gradient, REAL *dx)
{
    Py_ssize_t run = s->kernel_width * s->channels, line = s->width * s->channels;
    Py_ssize_t size = s->kernel_height * run, windows = s->down * s->across;
    Py_ssize_t wide = s->across * s->pool_width, filters = s->filters;
    Py_ssize_t pixels = windows * s->pool_height * s->pool_width;
    Py_ssize_t filled = (size + LANES - 1) / LANES * LANES;
    REAL *own = calloc(filled * (filters + pixels) + size * filters + windows,
                       sizeof(REAL));
    Py_ssize_t *corners = malloc(pixels * sizeof *corners);
    const REAL **patches = malloc(windows * sizeof *patches);
    Py_ssize_t *places = malloc(2 * windows * sizeof *places);
    if (!own || !corners || !patches || !places) {
        free(own), free(corners), free(patches), free(places);
        return -1;
    }
    Py_ssize_t *first = places + windows, within[256]; /* pixels of a window */
    REAL *all_patches = own + filled * filters;
    REAL *turned = all_patches + filled * pixels, *slopes = turned + size * filters;
    for (Py_ssize_t k = 0; k < size; k++)
        for (Py_ssize_t f = 0; f < filters; f++)
            turned[f * size + k] = kernels[k * filters + f];
    for (Py_ssize_t pixel = 0; pixel < pixels; pixel++)
        corners[pixel] = NAME(corner)(s, pixel);
    for (Py_ssize_t w = 0; w < windows; w++)
        first[w] = w / s->across * s->pool_height * wide
                   + w % s->across * s->pool_width;
    for (Py_ssize_t i = 0; i < s->pool_height * s->pool_width; i++)
        within[i] = i / s->pool_width * wide + i % s->pool_width;
    if (dx)
        memset(dx, 0, s->n * s->height * line * sizeof(REAL));
    for (Py_ssize_t image = 0; image < s->n; image++) {
        for (Py_ssize_t pixel = 0; pixel < pixels; pixel++)
            for (Py_ssize_t i = 0; i < s->kernel_height; i++)
                memcpy(all_patches + pixel * filled + i * run,
                       x + corners[pixel] + i * line, run * sizeof(REAL));
        for (Py_ssize_t f = 0; f < filters; f++) {
            Py_ssize_t count = 0;
            for (Py_ssize_t w = 0; w < windows; w++) {
                REAL slope = dz[w * filters + f];
                slopes[count] = slope;
                places[count] = first[w] + within[winners[w * filters + f]];
                patches[count] = all_patches + places[count] * filled;
                count += slope != 0;
            }
            Py_ssize_t offset = 0;
            for (; offset + CHUNK * LANES <= filled; offset += CHUNK * LANES)
                NAME(add_patches)(count, slopes, patches, offset, CHUNK,
                                  own + f * filled);
            for (; offset < filled; offset += LANES)
                NAME(add_patches)(count, slopes, patches, offset, 1, own + f * filled);
            for (Py_ssize_t w = 0; dx && w < count; w++) {
                for (Py_ssize_t i = 0; i < s->kernel_height; i++) {
                    const REAL *weights = turned + f * size + i * run;
                    REAL *out = dx + corners[places[w]] + i * line;
                    for (Py_ssize_t t = 0; t < run; t++)
                        out[t] += slopes[w] * weights[t];
                }
            }
        }
        x += s->height * line;
        dz += windows * filters;
        winners += windows * filters;
        if (dx)
            dx += s->height * line;
    }
    for (Py_ssize_t k = 0; k < size; k++)
        for (Py_ssize_t f = 0; f < filters; f++)
            gradient[k * filters + f] = own[f * filled + k];
    free(own), free(corners), free(patches), free(places);
    return 0;
}

#undef LANES
#undef VECTOR
#undef INDICES
#endif
