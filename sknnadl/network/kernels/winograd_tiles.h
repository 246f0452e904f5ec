/* What `winograd.h` does with tiles and kernels, but for the products. */

/* The points of the polynomials behind the transforms are 0, P, -P, Q, -Q and infinity:
   of those with few multiplications these lose the least (P Q = 1). */
#define P ((REAL)0.70710678118654752)
#define Q ((REAL)1.4142135623730950)
#define HALF_OF(v) ((REAL)0.5 * (v))
#define EACH(name, count)                                                              \
    _Pragma("GCC unroll 6") for (int name = 0; name < (count); name++)

/* v = B' v, of six vectors at a distance of `step`; so too below. */
TARGET static inline __attribute__((always_inline)) void
NAME(from_pixels)(VECTOR *v, int step)
{
    VECTOR a = v[0], b = v[step], c = v[2 * step], d = v[3 * step], e = v[4 * step];
    VECTOR even = e - 2 * c, odd = P * (d - 2 * b);
    VECTOR even_of_q = e - HALF_OF(c), odd_of_q = Q * (d - HALF_OF(b));
    v[0] = a - (REAL)2.5 * c + e;
    v[step] = even + odd;
    v[2 * step] = even - odd;
    v[3 * step] = even_of_q + odd_of_q;
    v[4 * step] = even_of_q - odd_of_q;
    v[5 * step] += b - (REAL)2.5 * d;
}

/* v = B v */
TARGET static inline __attribute__((always_inline)) void
NAME(to_pixels)(VECTOR *v, int step)
{
    VECTOR first = v[0], last = v[5 * step];
    VECTOR even = v[step] + v[2 * step], odd = P * (v[step] - v[2 * step]);
    VECTOR even_of_q = v[3 * step] + v[4 * step];
    VECTOR odd_of_q = Q * (v[3 * step] - v[4 * step]);
    v[step] = last - 2 * odd - HALF_OF(odd_of_q);
    v[2 * step] = (REAL)-2.5 * first - 2 * even - HALF_OF(even_of_q);
    v[3 * step] = (REAL)-2.5 * last + odd + odd_of_q;
    v[4 * step] = first + even + even_of_q;
}

/* sums = A' v, of six products to four sums. */
TARGET static inline __attribute__((always_inline)) void
NAME(to_sums)(const VECTOR *v, int step, VECTOR *sums, int sums_step)
{
    VECTOR even = v[step] + v[2 * step], odd = P * (v[step] - v[2 * step]);
    VECTOR even_of_q = v[3 * step] + v[4 * step];
    VECTOR odd_of_q = Q * (v[3 * step] - v[4 * step]);
    sums[0] = v[0] + even + even_of_q;
    sums[sums_step] = odd + odd_of_q;
    sums[2 * sums_step] = HALF_OF(even) + 2 * even_of_q;
    sums[3 * sums_step] = HALF_OF(odd) + 2 * odd_of_q + v[5 * step];
}

/* v = A sums */
TARGET static inline __attribute__((always_inline)) void
NAME(from_sums)(const VECTOR *sums, int sums_step, VECTOR *v, int step)
{
    VECTOR a = sums[0], b = sums[sums_step], c = sums[2 * sums_step];
    VECTOR d = sums[3 * sums_step];
    VECTOR even = a + HALF_OF(c), odd = P * (b + HALF_OF(d));
    VECTOR even_of_q = a + 2 * c, odd_of_q = Q * (b + 2 * d);
    v[0] = a;
    v[step] = even + odd;
    v[2 * step] = even - odd;
    v[3 * step] = even_of_q + odd_of_q;
    v[4 * step] = even_of_q - odd_of_q;
    v[5 * step] = d;
}

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

/* v = G g, of three numbers of a kernel. */
TARGET static inline __attribute__((always_inline)) void
NAME(from_kernel)(const VECTOR *g, int step, VECTOR *v, int v_step)
{
    VECTOR a = g[0], b = g[step], c = g[2 * step];
    VECTOR even = (REAL)(-2.0 / 3) * (a + HALF_OF(c)), odd = (REAL)(-2.0 / 3) * P * b;
    VECTOR even_of_q = (REAL)(1.0 / 6) * (a + 2 * c), odd_of_q = (REAL)(1.0 / 6) * Q * b;
    v[0] = a;
    v[v_step] = even + odd;
    v[2 * v_step] = even - odd;
    v[3 * v_step] = even_of_q + odd_of_q;
    v[4 * v_step] = even_of_q - odd_of_q;
    v[5 * v_step] = c;
}

/* g = G' v */
TARGET static inline __attribute__((always_inline)) void
NAME(to_kernel)(const VECTOR *v, int step, VECTOR *g, int g_step)
{
    VECTOR even = (REAL)(-2.0 / 3) * (v[step] + v[2 * step]);
    VECTOR odd = (REAL)(-2.0 / 3) * P * (v[step] - v[2 * step]);
    VECTOR even_of_q = (REAL)(1.0 / 6) * (v[3 * step] + v[4 * step]);
    VECTOR odd_of_q = (REAL)(1.0 / 6) * Q * (v[3 * step] - v[4 * step]);
    g[0] = v[0] + even + even_of_q;
    g[g_step] = odd + odd_of_q;
    g[2 * g_step] = HALF_OF(even) + 2 * even_of_q + v[5 * step];
}

/* U = G g G' of all kernels: (36, channels, filters). */
TARGET static void NAME(transform_kernels)(const ConvPool *s, const REAL *kernels,
                                           REAL *transformed)
{
    Py_ssize_t size = s->channels * s->filters;
    for (Py_ssize_t j = 0; j < size; j += LANES) {
        Py_ssize_t place = Py_MIN(j, size - LANES);
        VECTOR half[TILE_PIXELS * 3];
        EACH(k, 3) {
            VECTOR g[3];
            EACH(i, 3)
                g[i] = *(const VECTOR *)(kernels + (3 * i + k) * size + place);
            NAME(from_kernel)(g, 1, half + k, 3);
        }
        EACH(i, TILE_PIXELS) {
            VECTOR v[TILE_PIXELS];
            NAME(from_kernel)(half + 3 * i, 1, v, 1);
            EACH(k, TILE_PIXELS)
                *(VECTOR *)(transformed + (TILE_PIXELS * i + k) * size + place) = v[k];
        }
    }
}

/* dg = G' dU G of all kernels. */
TARGET static void NAME(transform_kernels_back)(const ConvPool *s,
                                                const REAL *transformed, REAL *kernels)
{
    Py_ssize_t size = s->channels * s->filters;
    for (Py_ssize_t j = 0; j < size; j += LANES) {
        Py_ssize_t place = Py_MIN(j, size - LANES);
        VECTOR half[3 * TILE_PIXELS];
        EACH(k, TILE_PIXELS) {
            VECTOR v[TILE_PIXELS];
            EACH(i, TILE_PIXELS)
                v[i] = *(const VECTOR *)(transformed + (TILE_PIXELS * i + k) * size
                                         + place);
            NAME(to_kernel)(v, 1, half + k, TILE_PIXELS);
        }
        EACH(i, 3) {
            VECTOR g[3];
            NAME(to_kernel)(half + TILE_PIXELS * i, 1, g, 1);
            EACH(k, 3)
                *(VECTOR *)(kernels + (3 * i + k) * size + place) = g[k];
        }
    }
}

/* U', of (36, filters, channels). */
TARGET static void NAME(transpose_transformed)(const ConvPool *s,
                                               const REAL *transformed,
                                               REAL *transposed)
{
    Py_ssize_t size = s->channels * s->filters;
    for (int k = 0; k < TILE_PRODUCTS; k++)
        NAME(transpose)(s->channels, s->filters, transformed + k * size, s->filters,
                        transposed + k * size, s->channels);
}
#undef P
#undef Q
#undef HALF_OF
#undef EACH
