/* The arrays of a call from Python: acquired, checked and released together.

   A call makes a table of them, with the size that each should have:

       enum { X, OUT, MEMORY, ARRAYS };
       Array a[ARRAYS] = {
           [X] = READ(x, n, inputs, width),
           [OUT] = WRITE(out, n, units, width),
           [MEMORY] = GROW(memory, n * MOST_BYTES),
       };
       if (acquire(a, ARRAYS))
           RUN(kernel, is_double, DATA(X), DATA(OUT), ALIGNED(MEMORY));
       return release(a, ARRAYS);

   While it is acquired no array can be resized, nor freed. */
typedef struct {
    const char *name;
    PyObject *object; /* NULL where there is no array, and then its data is NULL */
    Py_ssize_t bytes; /* that it should have, or ANY_SIZE */
    int writable, grows;
    Py_buffer view;
} Array;

enum { ANY_SIZE = -1 };

#define COUNT_OF(...)                                                                  \
    (sizeof((Py_ssize_t[]){__VA_ARGS__}) / sizeof(Py_ssize_t))
#define BYTES_OF(...) bytes_of(COUNT_OF(__VA_ARGS__), (Py_ssize_t[]){__VA_ARGS__})

/* An array to read, or to write to, of so many times so many (and so on) bytes. */
#define READ(array, ...)                                                               \
    {.name = #array, .object = array, .bytes = BYTES_OF(__VA_ARGS__)}
#define WRITE(array, ...)                                                              \
    {.name = #array, .object = array, .bytes = BYTES_OF(__VA_ARGS__), .writable = 1}
/* An array to read, whose size the call itself makes sense of. */
#define READ_ANY(array) {.name = #array, .object = array, .bytes = ANY_SIZE}
/* A bytearray to work in, that is made longer if it is shorter. */
#define GROW(array, size)                                                              \
    {.name = #array, .object = array, .bytes = (size) + MOST_BYTES, .writable = 1,     \
     .grows = 1}

#define DATA(i) a[i].view.buf
/* Of memory to work in: from where whole vectors lie in lines of the cache. */
#define ALIGNED(i)                                                                     \
    ((void *)(((uintptr_t)a[i].view.buf + MOST_BYTES - 1) / MOST_BYTES * MOST_BYTES))

/* Their product, or more than an array can have where it is too large a number. */
static Py_ssize_t bytes_of(size_t count, const Py_ssize_t *factors)
{
    Py_ssize_t bytes = 1;
    for (size_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(bytes, factors[i], &bytes))
            return PY_SSIZE_T_MAX;
    return bytes;
}

/* Whether an acquired array has so many bytes; where not, there is a ValueError. */
static int has_size(const Array *a, Py_ssize_t bytes)
{
    if (a->view.len == bytes)
        return 1;
    PyErr_Format(PyExc_ValueError, "%s has %zd bytes, not %zd.", a->name, a->view.len,
                 bytes);
    return 0;
}

/* Whether all are acquired and have their sizes; where not, there is an exception. Some
   may be acquired even so: release them in either case. */
static int acquire(Array *arrays, int count)
{
    for (Array *a = arrays; a < arrays + count; a++) {
        if (!a->object)
            continue;
        if (a->grows && PyByteArray_GET_SIZE(a->object) < a->bytes
            && PyByteArray_Resize(a->object, a->bytes) < 0)
            return 0;
        int flags = a->writable ? PyBUF_WRITABLE : PyBUF_SIMPLE;
        if (PyObject_GetBuffer(a->object, &a->view, flags) < 0)
            return 0;
        if (!a->grows && a->bytes != ANY_SIZE && !has_size(a, a->bytes))
            return 0;
    }
    return 1;
}

/* Release those that are acquired; return what the call returns. */
static PyObject *release(Array *arrays, int count)
{
    for (Array *a = arrays; a < arrays + count; a++)
        PyBuffer_Release(&a->view);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static Py_ssize_t width_of(int is_double)
{
    return is_double ? sizeof(double) : sizeof(float);
}
