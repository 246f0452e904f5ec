/* Convolution by kernels of 3x3 with fewer multiplications (Winograd 1980; Lavin and Gray
   2016): an output of 4x4 pixels, a tile, takes 36 products, where it would take 144.

   Of a tile's 6x6 pixels of each channel d, and of each kernel g, are made 36 numbers

       V = B' d B      U = G g G'

   the products of matrices M[k] = V[k] U[k], for each k of 36, have a row for each tile,
   and of each filter's 36 numbers of them come the sums A' M A. The way back is the same
   backward: dM = A dY A', dU[k] = V[k]' dM[k], dV[k] = dM[k] U[k]', dg = G' dU G, and to
   dx are added the tiles B dV B', which overlap. Some tiles are done at a time, of several
   images where they are small. In float32 the errors are two to three times those of sums
   of all products (Barabasz et al. 2020 say how they depend on the transforms' points). */

/* Whether a convolution is done so: where its matrices fill vectors. */
TARGET static int NAME(is_winograd)(const ConvPool *s)
{
    return may_be_winograd(s) && s->channels >= LANES && s->filters >= LANES;
}

/* The sums of the patches, or the largest of each window where there are windows. */
TARGET static void NAME(winograd)(const ConvPool *s, const REAL *x,
                                  const REAL *transformed, REAL *out,
                                  unsigned char *winners, REAL *memory)
{
    Py_ssize_t channels = s->channels, filters = s->filters, some = tiles_at_a_time(s);
    Py_ssize_t tiles = s->n * tiles_down(s) * tiles_across(s);
    REAL *from_images = memory, *products = from_images + TILE_PRODUCTS * some * channels;
    REAL *patch = products + TILE_PRODUCTS * some * filters;
    for (Py_ssize_t first = 0; first < tiles; first += some) {
        Py_ssize_t count = Py_MIN(some, tiles - first);
        Product p = {.rows = count, .lines = 1, .depth = channels, .columns = filters,
                     .row_step = channels, .step = 1, .b_step = filters,
                     .out_step = filters};
        NAME(tiles_from_images)(s, first, count, x, from_images, patch);
        for (int k = 0; k < TILE_PRODUCTS; k++)
            NAME(multiply_wide)(&p, from_images + k * count * channels,
                                transformed + k * channels * filters,
                                products + k * count * filters);
        NAME(sums_from_products)(s, first, count, products, out, winners);
    }
}

/* The gradient of the kernels and, where `dx` is not NULL, of the images, for which U' is
   given. */
TARGET static void NAME(winograd_gradients)(const ConvPool *s, const REAL *x,
                                            const REAL *transposed, const REAL *dz,
                                            const unsigned char *winners,
                                            REAL *gradient, REAL *dx, REAL *memory)
{
    Py_ssize_t channels = s->channels, filters = s->filters, some = tiles_at_a_time(s);
    Py_ssize_t tiles = s->n * tiles_down(s) * tiles_across(s), size = channels * filters;
    REAL *from_images = memory, *products = from_images + TILE_PRODUCTS * some * channels;
    REAL *of_tiles = products + TILE_PRODUCTS * some * filters, *sums = of_tiles + size;
    REAL *patch = sums + TILE_PRODUCTS * size;
    memset(sums, 0, TILE_PRODUCTS * size * sizeof(REAL));
    if (dx)
        memset(dx, 0, s->n * s->height * s->width * channels * sizeof(REAL));
    for (Py_ssize_t first = 0; first < tiles; first += some) {
        Py_ssize_t count = Py_MIN(some, tiles - first);
        Product p = {.rows = channels, .lines = 1, .depth = count, .columns = filters,
                     .row_step = 1, .step = channels, .b_step = filters,
                     .out_step = filters};
        Product q = {.rows = count, .lines = 1, .depth = filters, .columns = channels,
                     .row_step = filters, .step = 1, .b_step = channels,
                     .out_step = channels};
        NAME(tiles_from_images)(s, first, count, x, from_images, patch);
        NAME(products_from_sums)(s, first, count, dz, winners, products);
        for (int k = 0; k < TILE_PRODUCTS; k++) {
            NAME(add_product)(p, from_images + k * count * channels,
                              products + k * count * filters, sums + k * size, of_tiles);
            if (dx) /* in the place of the tiles, which are used */
                NAME(multiply_wide)(&q, products + k * count * filters,
                                    transposed + k * size,
                                    from_images + k * count * channels);
        }
        if (dx)
            NAME(add_tiles_to_images)(s, first, count, from_images, dx);
    }
    NAME(transform_kernels_back)(s, sums, gradient);
}
