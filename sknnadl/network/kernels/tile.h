/* A tile of a product, of vectors of one width: a template for `products.h`. */

/* Some rows of `a` times two vectors of columns of `b` (or one), added up in
   registers. The order of addition is the same for any number of rows. */
TARGET static inline __attribute__((always_inline)) void
NAME(TILE)(const Product *p, int rows, int vectors, Py_ssize_t second, const REAL *a,
           const REAL *b, REAL *out)
{
    TILE_VECTOR sum[ROWS][2] = {{{0}}};
    if (p->adds)
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++)
                sum[r][v] = *(const TILE_VECTOR *)(out + r * p->out_step + v * second);
    for (Py_ssize_t i = 0; i < p->lines; i++, a += p->line_step, b += p->b_line) {
        const REAL *of_four[] = {a, a + 4 * p->row_step, a + 8 * p->row_step};
        const REAL *row = b;
        for (Py_ssize_t t = 0; t < p->depth; t++, row += p->b_step) {
            TILE_VECTOR weights[2];
            for (int v = 0; v < vectors; v++)
                weights[v] = *(const TILE_VECTOR *)(row + v * second);
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += weights[v] * of_four[r / 4][r % 4 * p->row_step];
            for (int r = 0; r < rows; r += 4)
                of_four[r / 4] += p->step;
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            *(TILE_VECTOR *)(out + r * p->out_step + v * second) = sum[r][v];
}
#undef TILE
#undef TILE_VECTOR
