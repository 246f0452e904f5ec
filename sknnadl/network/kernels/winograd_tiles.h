/* What `winograd.h` does with tiles, but for the products. */

/* Where a tile of some images begins. */
TARGET static inline TileCorner NAME(corner_of)(const ConvPool *s, Py_ssize_t tile)
{
    Py_ssize_t across = tiles_across(s), each = tiles_down(s) * across;
    TileCorner corner = {tile / each, tile % each / across * TILE_SUMS,
                         tile % across * TILE_SUMS};
    return corner;
}

/* V of the tiles from tile `first` on. Where a tile is not wholly within its image, it is
   copied to a patch, with zeros. */
TARGET static void NAME(tiles_from_images)(const ConvPool *s, Py_ssize_t first,
                                           Py_ssize_t count, const REAL *x, REAL *tiles,
                                           REAL *patch)
{
    Py_ssize_t channels = s->channels, patch_line = TILE_PIXELS * channels;
    for (Py_ssize_t t = 0; t < count; t++) {
        TileCorner at = NAME(corner_of)(s, first + t);
        Py_ssize_t line = s->width * channels, high = s->height - at.y;
        Py_ssize_t wide = s->width - at.x;
        const REAL *corner = x + (at.image * s->height + at.y) * line + at.x * channels;
        if (high < TILE_PIXELS || wide < TILE_PIXELS) {
            memset(patch, 0, TILE_PIXELS * patch_line * sizeof(REAL));
            NAME(copy_rows)(Py_MIN(high, TILE_PIXELS),
                            Py_MIN(wide, TILE_PIXELS) * channels, corner, line, patch,
                            patch_line);
            corner = patch;
            line = patch_line;
        }
        for (Py_ssize_t c = 0; c < channels; c += LANES) {
            Py_ssize_t from = Py_MIN(c, channels - LANES);
            VECTOR v[TILE_PRODUCTS];
            EACH(j, TILE_PIXELS) {
                EACH(i, TILE_PIXELS)
                    v[TILE_PIXELS * i + j] = *(const VECTOR *)(corner + i * line
                                                               + j * channels + from);
                NAME(from_pixels)(v + j, TILE_PIXELS);
            }
            REAL *to = tiles + t * channels + from;
            EACH(i, TILE_PIXELS) {
                NAME(from_pixels)(v + TILE_PIXELS * i, 1);
                EACH(j, TILE_PIXELS)
                    *(VECTOR *)(to + (TILE_PIXELS * i + j) * count * channels)
                        = v[TILE_PIXELS * i + j];
            }
        }
    }
}

/* dx += the tiles B dV B' from tile `first` on, as far as they are within their images.
   The channels that two vectors have in common are added once. */
TARGET static void NAME(add_tiles_to_images)(const ConvPool *s, Py_ssize_t first,
                                             Py_ssize_t count, const REAL *tiles,
                                             REAL *dx)
{
    Py_ssize_t channels = s->channels, line = s->width * channels;
    for (Py_ssize_t t = 0; t < count; t++) {
        TileCorner at = NAME(corner_of)(s, first + t);
        Py_ssize_t high = Py_MIN(s->height - at.y, TILE_PIXELS);
        Py_ssize_t wide = Py_MIN(s->width - at.x, TILE_PIXELS);
        REAL *corner = dx + (at.image * s->height + at.y) * line + at.x * channels;
        for (Py_ssize_t c = 0; c < channels; c += LANES) {
            Py_ssize_t from = Py_MIN(c, channels - LANES);
            const REAL *of_tile = tiles + t * channels + from;
            VECTOR v[TILE_PRODUCTS];
            INDICES is_new;
            for (int l = 0; l < LANES; l++)
                is_new[l] = from + l >= c ? -1 : 0;
            EACH(j, TILE_PIXELS) {
                EACH(i, TILE_PIXELS)
                    v[TILE_PIXELS * i + j]
                        = *(const VECTOR *)(of_tile
                                            + (TILE_PIXELS * i + j) * count * channels);
                NAME(to_pixels)(v + j, TILE_PIXELS);
            }
            EACH(i, TILE_PIXELS)
                NAME(to_pixels)(v + TILE_PIXELS * i, 1);
            for (Py_ssize_t i = 0; i < high; i++)
                for (Py_ssize_t j = 0; j < wide; j++)
                    *(VECTOR *)(corner + i * line + j * channels + from)
                        += (VECTOR)((INDICES)v[TILE_PIXELS * i + j] & is_new);
        }
    }
}

/* A' M A of a vector of filters of a tile. */
TARGET static inline __attribute__((always_inline)) void
NAME(sums_of_tile)(const REAL *products, Py_ssize_t step, VECTOR *sums)
{
    VECTOR half[TILE_SUMS * TILE_PIXELS];
    EACH(j, TILE_PIXELS) {
        VECTOR v[TILE_PIXELS];
        EACH(i, TILE_PIXELS)
            v[i] = *(const VECTOR *)(products + (TILE_PIXELS * i + j) * step);
        NAME(to_sums)(v, 1, half + j, TILE_PIXELS);
    }
    EACH(i, TILE_SUMS)
        NAME(to_sums)(half + TILE_PIXELS * i, 1, sums + TILE_SUMS * i, 1);
}

/* The largest sum of each window of a tile, and where it was. */
TARGET static inline void NAME(pool_tile)(const ConvPool *s, TileCorner at,
                                          Py_ssize_t filter, const VECTOR *sums,
                                          REAL *pooled, unsigned char *winners)
{
    for (int w = 0; w < 4; w++) {
        Py_ssize_t y = at.y / 2 + w / 2, x = at.x / 2 + w % 2;
        if (y >= s->down || x >= s->across)
            continue;
        const VECTOR *window = sums + w / 2 * 2 * TILE_SUMS + w % 2 * 2;
        VECTOR largest = window[0];
        INDICES winner = {0};
        for (int k = 1; k < 4; k++)
            NAME(take_larger)(window[k / 2 * TILE_SUMS + k % 2], k, &largest, &winner);
        Py_ssize_t place = ((at.image * s->down + y) * s->across + x) * s->filters;
        *(VECTOR *)(pooled + place + filter) = largest;
        *(BYTE_VECTOR *)(winners + place + filter)
            = __builtin_convertvector(winner, BYTE_VECTOR);
    }
}

/* The sums of the tiles from tile `first` on, or the largest of each window where there
   are windows, to where each pixel's filters lie. */
TARGET static void NAME(sums_from_products)(const ConvPool *s, Py_ssize_t first,
                                            Py_ssize_t count, const REAL *products,
                                            REAL *out, unsigned char *winners)
{
    Py_ssize_t filters = s->filters;
    for (Py_ssize_t t = 0; t < count; t++) {
        TileCorner at = NAME(corner_of)(s, first + t);
        Py_ssize_t high = Py_MIN(s->down - at.y, TILE_SUMS);
        Py_ssize_t wide = Py_MIN(s->across - at.x, TILE_SUMS);
        Py_ssize_t corner = (at.image * s->down + at.y) * s->across + at.x;
        for (Py_ssize_t c = 0; c < filters; c += LANES) {
            Py_ssize_t f = Py_MIN(c, filters - LANES);
            VECTOR sums[TILE_SUMS * TILE_SUMS];
            NAME(sums_of_tile)(products + t * filters + f, count * filters, sums);
            if (s->pool_height > 1) {
                NAME(pool_tile)(s, at, f, sums, out, winners);
                continue;
            }
            for (Py_ssize_t i = 0; i < high; i++)
                for (Py_ssize_t j = 0; j < wide; j++)
                    *(VECTOR *)(out + (corner + i * s->across + j) * filters + f)
                        = sums[TILE_SUMS * i + j];
        }
    }
}

/* The gradients of a tile's sums, of a vector of filters. */
TARGET static inline void NAME(gradients_of_tile)(const ConvPool *s, TileCorner at,
                                                  Py_ssize_t filter, const REAL *dz,
                                                  const unsigned char *winners,
                                                  VECTOR *sums)
{
    int pool = s->pool_height > 1 ? 2 : 1, each = TILE_SUMS / pool;
    for (int k = 0; k < TILE_SUMS * TILE_SUMS; k++)
        sums[k] = (VECTOR){0};
    for (int w = 0; w < each * each; w++) {
        Py_ssize_t y = at.y / pool + w / each, x = at.x / pool + w % each;
        if (y >= s->down || x >= s->across)
            continue;
        Py_ssize_t place = ((at.image * s->down + y) * s->across + x) * s->filters;
        VECTOR d = *(const VECTOR *)(dz + place + filter);
        if (pool == 1) {
            sums[w] = d;
            continue;
        }
        INDICES winner = __builtin_convertvector(
            *(const BYTE_VECTOR *)(winners + place + filter), INDICES);
        VECTOR *window = sums + w / 2 * 2 * TILE_SUMS + w % 2 * 2;
        for (int k = 0; k < 4; k++)
            window[k / 2 * TILE_SUMS + k % 2] = (VECTOR)((INDICES)d & (winner == k));
    }
}

/* dM = A dY A' of the tiles from tile `first` on. */
TARGET static void NAME(products_from_sums)(const ConvPool *s, Py_ssize_t first,
                                            Py_ssize_t count, const REAL *dz,
                                            const unsigned char *winners,
                                            REAL *products)
{
    Py_ssize_t filters = s->filters;
    for (Py_ssize_t t = 0; t < count; t++) {
        TileCorner at = NAME(corner_of)(s, first + t);
        for (Py_ssize_t c = 0; c < filters; c += LANES) {
            Py_ssize_t f = Py_MIN(c, filters - LANES);
            REAL *to = products + t * filters + f;
            VECTOR sums[TILE_SUMS * TILE_SUMS], half[TILE_PIXELS * TILE_SUMS];
            NAME(gradients_of_tile)(s, at, f, dz, winners, sums);
            EACH(j, TILE_SUMS)
                NAME(from_sums)(sums + j, TILE_SUMS, half + j, TILE_SUMS);
            EACH(i, TILE_PIXELS) {
                VECTOR v[TILE_PIXELS];
                NAME(from_sums)(half + TILE_SUMS * i, 1, v, 1);
                EACH(j, TILE_PIXELS)
                    *(VECTOR *)(to + (TILE_PIXELS * i + j) * count * filters) = v[j];
            }
        }
    }
}
#undef EACH
