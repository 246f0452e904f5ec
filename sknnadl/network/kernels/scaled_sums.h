/* Sums of vectors times factors, where both lie scattered. */

/* A chunk of `vectors` of the sum below. Where there are few, an addition would wait for
   the one before: so there are several sums, of every second thing, say. */
TARGET static inline __attribute__((always_inline)) void
NAME(add_scaled_chunk)(int vectors, Py_ssize_t count, const REAL *factors,
                       const REAL *from, const Py_ssize_t *starts,
                       const Py_ssize_t *places, REAL *to, const Py_ssize_t *to_places)
{
    const int ways = vectors > 4 ? 1 : vectors > 2 ? 2 : 4;
    VECTOR sum[4][CHUNK] = {{{0}}};
    Py_ssize_t i = 0;
    for (; i + ways <= count; i += ways)
        for (int w = 0; w < ways; w++)
            for (int v = 0; v < vectors; v++)
                sum[w][v] += factors[i + w]
                             * *(const VECTOR *)(from + starts[i + w] + places[v]);
    for (; i < count; i++)
        for (int v = 0; v < vectors; v++)
            sum[0][v] += factors[i] * *(const VECTOR *)(from + starts[i] + places[v]);
    for (int v = 0; v < vectors; v++) {
        for (int w = 1; w < ways; w++)
            sum[0][v] += sum[w][v];
        *(VECTOR *)(to + to_places[v]) += sum[0][v];
    }
}

/* How many of so many vectors are added up at a time, so that all times are alike. */
TARGET static inline Py_ssize_t NAME(even_chunk)(Py_ssize_t vectors)
{
    Py_ssize_t chunks = (vectors + CHUNK - 1) / CHUNK;
    return (vectors + chunks - 1) / chunks;
}

/* to += the sum over i of factors[i] times number i of `count` things, each so many
   vectors: vector v of thing i lies at from + starts[i] + places[v], and that of the
   sum at to + to_places[v]. */
TARGET static void NAME(add_scaled)(Py_ssize_t vectors, Py_ssize_t count,
                                    const REAL *factors, const REAL *from,
                                    const Py_ssize_t *starts, const Py_ssize_t *places,
                                    REAL *to, const Py_ssize_t *to_places)
{
    Py_ssize_t chunk = NAME(even_chunk)(vectors);
    for (; vectors > 0; vectors -= chunk, places += chunk, to_places += chunk) {
        switch (Py_MIN(vectors, chunk)) {
#define CASE(n)                                                                        \
    case n:                                                                            \
        NAME(add_scaled_chunk)(n, count, factors, from, starts, places, to, to_places); \
        break;
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(CHUNK)
#undef CASE
        }
    }
}
