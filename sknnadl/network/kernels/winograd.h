/* Convolution by kernels of 3x3 with fewer multiplications (Winograd 1980; Lavin and Gray
   2016): an output of 2x2 pixels, a tile, takes 16 products, where it would take 36.

   Of a tile's 4x4 pixels of each channel d, and of each kernel g, are made 16 numbers

       V = B' d B      U = G g G'

   the products of matrices M[k] = V[k] U[k], for each k of 16, have a row for each tile,
   and of each filter's 16 numbers of them come the sums A' M A. The way back is the same
   backward: dM = A dY A', dU[k] = V[k]' dM[k], dV[k] = dM[k] U[k]', dg = G' dU G, and to
   dx are added the tiles B dV B', which overlap. Some rows of tiles are done at a time. */

/* Whether a convolution is done so: where its matrices fill vectors. */
TARGET static int NAME(is_winograd)(const ConvPool *s)
{
    return may_be_winograd(s) && s->channels >= LANES && s->filters >= LANES
           && tiles_down(s) * tiles_across(s) >= 8;
}

/* An image that whole tiles fit in: itself, or a copy with zeros below and on the
   right. */
TARGET static const REAL *NAME(whole_tiles)(const ConvPool *s, const REAL *x, REAL *copy)
{
    Py_ssize_t line = s->width * s->channels, wide = tiled_width(s) * s->channels;
    if (!is_filled_up(s))
        return x;
    memset(copy, 0, tiled_height(s) * wide * sizeof(REAL));
    NAME(copy_rows)(Py_MIN(s->height, tiled_height(s)), Py_MIN(line, wide), x, line,
                    copy, wide);
    return copy;
}

/* The sums of the patches, or the largest of each window where there are windows. */
TARGET static void NAME(winograd)(const ConvPool *s, const REAL *x,
                                  const REAL *transformed, REAL *out,
                                  unsigned char *winners, REAL *memory)
{
    Py_ssize_t channels = s->channels, filters = s->filters, some = tiles_at_a_time(s);
    Py_ssize_t tiles = tiles_down(s) * tiles_across(s);
    Py_ssize_t line = (is_filled_up(s) ? tiled_width(s) : s->width) * channels;
    REAL *from_image = memory, *products = from_image + 16 * some * channels;
    REAL *copy = products + 16 * some * filters;
    int pools = s->pool_height * s->pool_width > 1;
    for (Py_ssize_t i = 0; i < s->n; i++, x += s->height * s->width * channels) {
        const REAL *image = NAME(whole_tiles)(s, x, copy);
        for (Py_ssize_t first = 0; first < tiles; first += some) {
            Py_ssize_t count = Py_MIN(some, tiles - first);
            Product p = {.rows = count, .lines = 1, .depth = channels,
                         .columns = filters, .row_step = channels, .step = 1,
                         .b_step = filters, .out_step = filters};
            NAME(tiles_from_image)(first, count, tiles_across(s), channels, line, image,
                                   from_image);
            for (int k = 0; k < 16; k++)
                NAME(multiply_wide)(&p, from_image + k * count * channels,
                                    transformed + k * channels * filters,
                                    products + k * count * filters);
            if (pools)
                NAME(pool_products)(s, first, count, products, out, winners);
            else
                NAME(sums_from_products)(s, first, count, products, out);
        }
        out += s->down * s->across * filters;
        winners += s->down * s->across * filters;
    }
}

/* sums += dU, and dx = the gradient of the images where it is not NULL, for which U' is
   given. Without windows. */
TARGET static void NAME(add_winograd_gradients)(const ConvPool *s, const REAL *x,
                                                const REAL *transposed, const REAL *dz,
                                                REAL *sums, REAL *dx, REAL *memory)
{
    Py_ssize_t channels = s->channels, filters = s->filters, some = tiles_at_a_time(s);
    Py_ssize_t tiles = tiles_down(s) * tiles_across(s), size = channels * filters;
    Py_ssize_t line = s->width * channels, wide = tiled_width(s) * channels;
    REAL *from_image = memory, *products = from_image + 16 * some * channels;
    REAL *of_kernels = products + 16 * some * filters, *copy = of_kernels + size;
    REAL *image_dx = copy + tiled_height(s) * wide;
    for (Py_ssize_t i = 0; i < s->n; i++, x += s->height * line) {
        const REAL *image = NAME(whole_tiles)(s, x, copy);
        memset(image_dx, 0, dx ? tiled_height(s) * wide * sizeof(REAL) : 0);
        for (Py_ssize_t first = 0; first < tiles; first += some) {
            Py_ssize_t count = Py_MIN(some, tiles - first);
            Product p = {.rows = channels, .lines = 1, .depth = count,
                         .columns = filters, .row_step = 1, .step = channels,
                         .b_step = filters, .out_step = filters};
            Product q = {.rows = count, .lines = 1, .depth = filters,
                         .columns = channels, .row_step = filters, .step = 1,
                         .b_step = channels, .out_step = channels};
            NAME(tiles_from_image)(first, count, tiles_across(s), channels,
                                   is_filled_up(s) ? wide : line, image, from_image);
            NAME(products_from_sums)(s, first, count, dz, products);
            for (int k = 0; k < 16; k++) {
                NAME(multiply_wide)(&p, from_image + k * count * channels,
                                    products + k * count * filters, of_kernels);
                for (Py_ssize_t j = 0; j < size; j++)
                    sums[k * size + j] += of_kernels[j];
                if (dx) /* in the place of the tiles, which are used */
                    NAME(multiply_wide)(&q, products + k * count * filters,
                                        transposed + k * size,
                                        from_image + k * count * channels);
            }
            if (dx)
                NAME(add_tiles_to_image)(first, count, tiles_across(s), channels, wide,
                                         from_image, image_dx);
        }
        if (dx) {
            memset(dx, 0, s->height * line * sizeof(REAL));
            NAME(copy_rows)(Py_MIN(s->height, tiled_height(s)), Py_MIN(line, wide),
                            image_dx, wide, dx, line);
            dx += s->height * line;
        }
        dz += s->down * s->across * filters;
    }
}
