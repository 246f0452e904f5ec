/* Vectors of numbers, half as wide ones, integers as wide, and as many bytes. */
#define LANES ((Py_ssize_t)(BYTES / sizeof(REAL)))

typedef REAL NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(REAL)),
                                         may_alias));
typedef REAL NAME(half_vector) __attribute__((vector_size(BYTES / 2),
                                              aligned(sizeof(REAL)), may_alias));
typedef INTEGER NAME(indices) __attribute__((vector_size(BYTES)));
typedef unsigned char NAME(bytes) __attribute__((vector_size(BYTES / sizeof(REAL)),
                                                 aligned(1), may_alias));
#define HALF (LANES / 2)
#define VECTOR NAME(vector)
#define HALF_VECTOR NAME(half_vector)
#define INDICES NAME(indices)
#define BYTE_VECTOR NAME(bytes)

/* So many numbers as a vector, filled with zeros; and back. */
TARGET static inline VECTOR NAME(take)(const REAL *from, Py_ssize_t filled)
{
    VECTOR v = {0};
    if (filled == LANES)
        return *(const VECTOR *)from;
    memcpy(&v, from, filled * sizeof(REAL));
    return v;
}

TARGET static inline void NAME(put)(VECTOR v, REAL *to, Py_ssize_t filled)
{
    if (filled == LANES)
        *(VECTOR *)to = v;
    else
        memcpy(to, &v, filled * sizeof(REAL));
}

/* Each lane of the result is the one of both vectors, one after the other, that the
   shuffle says. */
TARGET static inline VECTOR NAME(shuffled)(VECTOR one, VECTOR other, INDICES shuffle)
{
#ifdef __clang__ /* which has none with a shuffle that varies */
    VECTOR result = one;
    for (int i = 0; i < LANES; i++)
        result[i] = shuffle[i] < LANES ? one[shuffle[i]] : other[shuffle[i] - LANES];
    return result;
#else
    return __builtin_shuffle(one, other, shuffle);
#endif
}
