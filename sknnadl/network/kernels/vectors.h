/* Vectors of numbers, of integers as wide, and of as many bytes. */
#define LANES ((Py_ssize_t)(BYTES / sizeof(REAL)))

typedef REAL NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(REAL)),
                                         may_alias));
typedef INTEGER NAME(indices) __attribute__((vector_size(BYTES)));
typedef unsigned char NAME(bytes) __attribute__((vector_size(BYTES / sizeof(REAL)),
                                                 aligned(1), may_alias));
#define VECTOR NAME(vector)
#define INDICES NAME(indices)
#define BYTE_VECTOR NAME(bytes)
