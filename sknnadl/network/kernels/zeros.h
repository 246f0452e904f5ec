/* Products with numbers of which most are zeros: pixels of digits, words of texts, the
   columns of categories, what dropout leaves. The others are added up in the order in
   which a product in tiles adds all, and zeros change no sum; so both have the same bits,
   as long as all is finite. */

/* Whether so few of the numbers are not zero that a product leaves the zeros out: a
   number takes two or three times as long then, and more where what it is multiplied by,
   of so many bytes, is not in the cache. */
TARGET static int NAME(has_few)(Py_ssize_t rows, Py_ssize_t count, const REAL *x,
                                Py_ssize_t row_step, Py_ssize_t bytes)
{
    Py_ssize_t most = rows * count / (bytes > SECOND_LEVEL ? 8 : 3), found = 0;
    for (Py_ssize_t r = 0; r < rows; r++, x += row_step) {
        INTEGER others = 0;
        for (Py_ssize_t i = 0; i < count; i++)
            others += x[i] != 0;
        found += others;
        if (found > most)
            return 0;
    }
    return 1;
}

/* Whether a row of x is so, and some columns are. A small layer takes hardly longer than
   to look for zeros. */
TARGET static int NAME(row_has_few)(const Dense *s, const REAL *x)
{
    Py_ssize_t bytes = s->inputs * s->units * sizeof(REAL);
    return s->inputs >= MANY_INPUTS && s->units >= 2 * LANES
           && NAME(has_few)(1, s->inputs, x, 0, bytes);
}

TARGET static int NAME(columns_have_few)(const Dense *s, Py_ssize_t columns,
                                         const REAL *x)
{
    Py_ssize_t bytes = s->n * s->units * sizeof(REAL);
    return s->n >= MANY_ROWS && s->inputs >= MANY_INPUTS && s->units >= 2 * LANES
           && NAME(has_few)(s->n, columns, x, s->inputs, bytes);
}

/* Put those numbers of a row that are not zero, and where they are, into lists; return
   how many there are. The lists have room for all. */
TARGET static Py_ssize_t NAME(list_values)(Py_ssize_t count, const REAL *x, REAL *values,
                                           int32_t *places)
{
    enum { SOME = 8 };
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < count; i += SOME) {
        INTEGER bits[SOME] = {0}, any = 0; /* which take less than numbers to compare */
        int filled = (int)Py_MIN(SOME, count - i);
        if (filled == SOME)
            memcpy(bits, x + i, sizeof bits);
        else
            memcpy(bits, x + i, filled * sizeof *bits);
        for (int j = 0; j < SOME; j++)
            any |= bits[j];
        for (int j = 0; any && j < filled; j++) {
            memcpy(values + found, bits + j, sizeof *bits);
            places[found] = (int32_t)(i + j);
            found += bits[j] != 0;
        }
    }
    return found;
}

/* Where a vector of some begins, of which the last begins at `last`. */
#define PLACE(v) ((v) < vectors - 1 ? (v) * LANES : last)

/* Some vectors of the sum below. */
TARGET static inline __attribute__((always_inline)) void
NAME(sum_listed_chunk)(int vectors, Py_ssize_t last, Py_ssize_t count,
                       const REAL *values, const int32_t *places, const REAL *b,
                       Py_ssize_t b_step, REAL *out)
{
    VECTOR sum[LISTED_CHUNK] = {{0}};
    for (Py_ssize_t i = 0; i < count; i++) {
        const REAL *row = b + places[i] * b_step;
        __asm__("" : "+r"(row)); /* or there is an address for each vector of it */
        for (int v = 0; v < vectors; v++)
            sum[v] += values[i] * *(const VECTOR *)(row + PLACE(v));
    }
    for (int v = 0; v < vectors; v++)
        *(VECTOR *)(out + PLACE(v)) = sum[v];
}
#undef PLACE

/* out = the sum of the listed values, each times the row of `b` at its place. There is at
   least a vector of columns. */
TARGET static void NAME(sum_listed)(Py_ssize_t columns, Py_ssize_t count,
                                    const REAL *values, const int32_t *places,
                                    const REAL *b, REAL *out)
{
    Py_ssize_t vectors = (columns + LANES - 1) / LANES;
    Py_ssize_t chunks = (vectors + LISTED_CHUNK - 1) / LISTED_CHUNK;
    Py_ssize_t chunk = (vectors + chunks - 1) / chunks;
    for (Py_ssize_t v = 0; v < vectors; v += chunk) {
        Py_ssize_t from = v * LANES, some = Py_MIN(chunk, vectors - v);
        Py_ssize_t last = Py_MIN((some - 1) * LANES, columns - from - LANES);
        switch (some) {
#define CASE(n)                                                                        \
    case n:                                                                            \
        NAME(sum_listed_chunk)(n, last, count, values, places, b + from, columns,      \
                               out + from);                                            \
        break;
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
            CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(LISTED_CHUNK)
#undef CASE
        }
    }
}

/* out = x b, of one row of x. */
TARGET static void NAME(multiply_listed)(Py_ssize_t count, Py_ssize_t columns,
                                         const REAL *x, const REAL *b, REAL *out,
                                         REAL *memory)
{
    int32_t *places = (int32_t *)(memory + count);
    Py_ssize_t found = NAME(list_values)(count, x, memory, places);
    NAME(sum_listed)(columns, found, memory, places, b, out);
}

/* out = x.T b, of some columns of x, of which each gets lists of its own. */
TARGET static void NAME(multiply_columns_listed)(const Dense *s, Py_ssize_t columns,
                                                 const REAL *x, const REAL *b,
                                                 REAL *out, REAL *memory)
{
    Py_ssize_t listed = columns * s->n;
    REAL *values = memory, *of_row = values + listed;
    int32_t *rows = (int32_t *)(of_row + columns), *places = rows + listed;
    int32_t *counts = places + columns;
    memset(counts, 0, columns * sizeof *counts);
    for (Py_ssize_t r = 0; r < s->n; r++) {
        Py_ssize_t found = NAME(list_values)(columns, x + r * s->inputs, of_row, places);
        for (Py_ssize_t i = 0; i < found; i++) {
            Py_ssize_t place = places[i] * s->n + counts[places[i]]++;
            values[place] = of_row[i];
            rows[place] = (int32_t)r;
        }
    }
    for (Py_ssize_t j = 0; j < columns; j++)
        NAME(sum_listed)(s->units, counts[j], values + j * s->n, rows + j * s->n, b,
                         out + j * s->units);
}
