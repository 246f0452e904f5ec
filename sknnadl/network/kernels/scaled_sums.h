/* Sums of vectors times factors, where both lie scattered. */
#define CHUNK 8 /* vectors that are added up in registers at a time */

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

/* to += the sum over i of factors[i] times number i of `count` things, each so many
   vectors: vector v of thing i lies at from + starts[i] + places[v], and that of the
   sum at to + to_places[v]. */
TARGET static void NAME(add_scaled)(Py_ssize_t vectors, Py_ssize_t count,
                                    const REAL *factors, const REAL *from,
                                    const Py_ssize_t *starts, const Py_ssize_t *places,
                                    REAL *to, const Py_ssize_t *to_places)
{
    for (; vectors > 0; vectors -= CHUNK, places += CHUNK, to_places += CHUNK) {
        switch (vectors) {
#define CASE(n)                                                                        \
    NAME(add_scaled_chunk)(n, count, factors, from, starts, places, to, to_places);    \
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
#undef CHUNK
