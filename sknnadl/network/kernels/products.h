/* Matrix products, and the copies that prepare for them. */

#ifndef PRODUCT
#define PRODUCT
/* A product a b. Row r of `a` is made of `lines` times `depth` numbers, and number t of
   line i is a[r * row_step + i * line_step + t * step]. `b` and the result are
   C-contiguous. */
typedef struct {
    Py_ssize_t rows, lines, depth, columns, row_step, line_step, step;
} Product;
#endif

/* Some rows of `a` times two vectors of columns of `b` (or one), added up in
   registers. The order of addition is the same for any number of rows. */
TARGET static inline __attribute__((always_inline)) void
NAME(multiply_tile)(const Product *p, int rows, int vectors, Py_ssize_t second,
                    const REAL *a, const REAL *b, REAL *out)
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
TARGET static void NAME(multiply_wide)(const Product *p, const REAL *a, const REAL *b,
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
#define CASE(n)                                                                        \
    case n:                                                                            \
        if (n <= ROWS && second)                                                       \
            NAME(multiply_tile)(p, n, 2, second, from, b + first, to);                 \
        else if (n <= ROWS)                                                            \
            NAME(multiply_tile)(p, n, 1, second, from, b + first, to);                 \
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

/* to = from, transposed */
TARGET static void NAME(transpose)(Py_ssize_t rows, Py_ssize_t columns,
                                   const REAL *from, Py_ssize_t from_step, REAL *to,
                                   Py_ssize_t to_step)
{
    for (Py_ssize_t i = 0; i < rows; i++)
        for (Py_ssize_t j = 0; j < columns; j++)
            to[j * to_step + i] = from[i * from_step + j];
}

/* out = a b, for any number of columns. */
TARGET static void NAME(multiply)(Product p, const REAL *a, const REAL *b, REAL *out,
                                  REAL *memory)
{
    Py_ssize_t columns = p.columns, depth = p.lines * p.depth;
    if (columns >= LANES) {
        NAME(multiply_wide)(&p, a, b, out);
        return;
    }
    p.columns = LANES;
    memset(memory, 0, depth * LANES * sizeof(REAL));
    NAME(copy_rows)(depth, columns, b, columns, memory, LANES);
    NAME(multiply_wide)(&p, a, memory, memory + depth * LANES);
    NAME(copy_rows)(p.rows, columns, memory + depth * LANES, LANES, out, columns);
}
