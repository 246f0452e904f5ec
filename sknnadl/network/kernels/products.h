/* Matrix products, and the copies that prepare for them. */

#ifndef PRODUCT
#define PRODUCT
/* A product a b. Row r of `a` is made of `lines` times `depth` numbers: number t of line
   i is a[r * row_step + i * line_step + t * step], and its row of `b` begins at
   b[i * b_line + t * b_step]. Row r of the result begins at out[r * out_step]; where it
   `adds`, the result is added to what is there. */
typedef struct {
    Py_ssize_t rows, lines, depth, columns;
    Py_ssize_t row_step, line_step, step;
    Py_ssize_t b_line, b_step, out_step;
    int adds;
} Product;
#endif

#define TILE multiply_tile
#define TILE_VECTOR VECTOR
#include "tile.h"
#define TILE multiply_narrow_tile
#define TILE_VECTOR HALF_VECTOR
#include "tile.h"

/* out = a b, in tiles. There are at least LANES columns, or as many as half a vector
   has. The last vector of them may lie partly on the one before, and is half as wide
   where that is enough. What is added to must fill half vectors. */
TARGET static void NAME(multiply_wide)(const Product *p, const REAL *a, const REAL *b,
                                       REAL *out)
{
    Py_ssize_t tiles = (p->rows + ROWS - 1) / ROWS, taken;
    for (Py_ssize_t c = 0; c < p->columns; c += taken) {
        Py_ssize_t left = p->columns - c;
        Py_ssize_t vectors = left > LANES + HALF ? 2 : left > HALF ? 1 : 0; /* whole */
        Py_ssize_t size = vectors ? LANES : HALF;
        Py_ssize_t first = Py_MIN(c, p->columns - size);
        Py_ssize_t second = Py_MIN(LANES, left - LANES);
        taken = vectors ? vectors * LANES : HALF;
        for (Py_ssize_t i = 0; i < tiles; i++) {
            Py_ssize_t row = p->rows * i / tiles;
            const REAL *from = a + row * p->row_step;
            REAL *to = out + row * p->out_step + first;
            switch (p->rows * (i + 1) / tiles - row) {
#define CASE(n)                                                                        \
    case n:                                                                            \
        if (n <= ROWS && vectors == 2)                                                 \
            NAME(multiply_tile)(p, n, 2, second, from, b + first, to);                 \
        else if (n <= ROWS && vectors)                                                 \
            NAME(multiply_tile)(p, n, 1, 0, from, b + first, to);                      \
        else if (n <= ROWS)                                                            \
            NAME(multiply_narrow_tile)(p, n, 1, 0, from, b + first, to);               \
        break;
                CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
                CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
            }
        }
    }
}

/* out += a b, of C-contiguous `out`, for which the memory has room too. */
TARGET static void NAME(add_product)(Product p, const REAL *a, const REAL *b, REAL *out,
                                     REAL *memory)
{
    p.adds = p.columns % HALF == 0;
    NAME(multiply_wide)(&p, a, b, p.adds ? out : memory);
    for (Py_ssize_t j = 0; j < p.rows * p.columns && !p.adds; j++)
        out[j] += memory[j];
}

/* Copy rows of numbers into rows of another length, of which `count` are filled. */
TARGET static void NAME(copy_rows)(Py_ssize_t rows, Py_ssize_t count, const REAL *from,
                                   Py_ssize_t from_step, REAL *to, Py_ssize_t to_step)
{
    for (Py_ssize_t i = 0; i < rows; i++)
        for (Py_ssize_t j = 0; j < count; j++)
            to[i * to_step + j] = from[i * from_step + j];
}

/* to = from, transposed, of a square of LANES by LANES numbers: the corners of ever larger
   squares change places, by shuffles of two rows each. */
TARGET static inline void NAME(transpose_square)(INDICES (*const shuffles)[2],
                                                 const REAL *from, Py_ssize_t from_step,
                                                 REAL *to, Py_ssize_t to_step)
{
    VECTOR row[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        row[i] = *(const VECTOR *)(from + i * from_step);
#pragma GCC unroll 4
    for (int s = 1, k = 0; s < LANES; s *= 2, k++) {
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            if (i & s)
                continue;
            VECTOR upper = row[i], lower = row[i + s];
            row[i] = NAME(shuffled)(upper, lower, shuffles[k][0]);
            row[i + s] = NAME(shuffled)(upper, lower, shuffles[k][1]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        *(VECTOR *)(to + i * to_step) = row[i];
}

/* to = from, transposed. The last squares may lie partly on those before. */
TARGET static void NAME(transpose)(Py_ssize_t rows, Py_ssize_t columns,
                                   const REAL *from, Py_ssize_t from_step, REAL *to,
                                   Py_ssize_t to_step)
{
    Py_ssize_t step = rows < LANES || columns < LANES ? 1 : LANES;
    INDICES shuffles[4][2];
    for (int s = 1, k = 0; s < LANES; s *= 2, k++)
        for (int l = 0; l < LANES; l++) {
            shuffles[k][0][l] = l & s ? LANES + l - s : l;
            shuffles[k][1][l] = l & s ? LANES + l : l + s;
        }
    for (Py_ssize_t r = 0; r < rows; r += step)
        for (Py_ssize_t c = 0; c < columns; c += step) {
            Py_ssize_t i = Py_MIN(r, rows - step), j = Py_MIN(c, columns - step);
            const REAL *corner = from + i * from_step + j;
            if (step == 1)
                to[j * to_step + i] = *corner;
            else
                NAME(transpose_square)(shuffles, corner, from_step,
                                       to + j * to_step + i, to_step);
        }
}

/* How many columns are computed for so many: too few for a vector are filled up. */
TARGET static inline Py_ssize_t NAME(filled_columns)(Py_ssize_t columns)
{
    return columns >= LANES ? columns : columns <= HALF ? HALF : LANES;
}

/* out = a b, of C-contiguous `b` and `out`, for any number of columns. */
TARGET static void NAME(multiply)(Product p, const REAL *a, const REAL *b, REAL *out,
                                  REAL *memory)
{
    Py_ssize_t columns = p.columns, depth = p.lines * p.depth;
    Py_ssize_t filled = NAME(filled_columns)(columns);
    p.b_step = p.out_step = p.columns = filled;
    p.b_line = p.depth * filled;
    if (filled == columns) {
        NAME(multiply_wide)(&p, a, b, out);
        return;
    }
    memset(memory, 0, depth * filled * sizeof(REAL));
    NAME(copy_rows)(depth, columns, b, columns, memory, filled);
    NAME(multiply_wide)(&p, a, memory, memory + depth * filled);
    NAME(copy_rows)(p.rows, columns, memory + depth * filled, filled, out, columns);
}
