/* What `winograd.h` does with tiles and kernels, but for the products. */

/* (a, b, c, d) -> B' (a, b, c, d) */
#define FROM_PIXELS(a, b, c, d)                                                        \
    do {                                                                               \
        VECTOR second = b, third = c;                                                  \
        a -= third;                                                                    \
        b = second + third;                                                            \
        c = third - second;                                                            \
        d = second - d;                                                                \
    } while (0)

/* (a, b, c, d) -> B (a, b, c, d) */
#define TO_PIXELS(a, b, c, d)                                                          \
    do {                                                                               \
        VECTOR first = a, second = b, third = c;                                       \
        b = second - third + d;                                                        \
        c = second + third - first;                                                    \
        d = -d;                                                                        \
    } while (0)

/* For each row, then each column, of 4x4 vectors v. */
#define EACH_ROW_AND_COLUMN(transform)                                                 \
    do {                                                                               \
        _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)                            \
            transform(v[4 * i], v[4 * i + 1], v[4 * i + 2], v[4 * i + 3]);             \
        _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)                            \
            transform(v[i], v[i + 4], v[i + 8], v[i + 12]);                            \
    } while (0)

/* The tiles of pixels from tile `first` on, of an image of lines of so many numbers. */
TARGET static void NAME(tiles_from_image)(Py_ssize_t first, Py_ssize_t count,
                                          Py_ssize_t across, Py_ssize_t channels,
                                          Py_ssize_t line, const REAL *image, REAL *tiles)
{
    for (Py_ssize_t t = 0; t < count; t++) {
        const REAL *corner = image + (first + t) / across * 2 * line
                             + (first + t) % across * 2 * channels;
        for (Py_ssize_t c = 0; c < channels; c += LANES) {
            Py_ssize_t from = Py_MIN(c, channels - LANES);
            VECTOR v[16];
#pragma GCC unroll 16
            for (int k = 0; k < 16; k++)
                v[k] = *(const VECTOR *)(corner + k / 4 * line + k % 4 * channels + from);
            EACH_ROW_AND_COLUMN(FROM_PIXELS);
#pragma GCC unroll 16
            for (int k = 0; k < 16; k++)
                *(VECTOR *)(tiles + (k * count + t) * channels + from) = v[k];
        }
    }
}

/* Add tiles to the gradient of an image. The channels that two vectors have in common
   are added once. */
TARGET static void NAME(add_tiles_to_image)(Py_ssize_t first, Py_ssize_t count,
                                            Py_ssize_t across, Py_ssize_t channels,
                                            Py_ssize_t line, const REAL *tiles,
                                            REAL *image)
{
    for (Py_ssize_t t = 0; t < count; t++) {
        REAL *corner = image + (first + t) / across * 2 * line
                       + (first + t) % across * 2 * channels;
        for (Py_ssize_t c = 0; c < channels; c += LANES) {
            Py_ssize_t from = Py_MIN(c, channels - LANES);
            VECTOR v[16];
            INDICES is_new;
            for (int l = 0; l < LANES; l++)
                is_new[l] = from + l >= c ? -1 : 0;
#pragma GCC unroll 16
            for (int k = 0; k < 16; k++)
                v[k] = *(const VECTOR *)(tiles + (k * count + t) * channels + from);
            EACH_ROW_AND_COLUMN(TO_PIXELS);
#pragma GCC unroll 16
            for (int k = 0; k < 16; k++) {
                REAL *to = corner + k / 4 * line + k % 4 * channels + from;
                *(VECTOR *)to += (VECTOR)((INDICES)v[k] & is_new);
            }
        }
    }
}

/* A' M A of a vector of filters of a tile: 2x2 sums. */
TARGET static inline void NAME(sums_of_tile)(const REAL *products, Py_ssize_t step,
                                             VECTOR *sums)
{
    VECTOR half[2][4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        VECTOR a = *(const VECTOR *)(products + i * step);
        VECTOR b = *(const VECTOR *)(products + (i + 4) * step);
        VECTOR c = *(const VECTOR *)(products + (i + 8) * step);
        VECTOR d = *(const VECTOR *)(products + (i + 12) * step);
        half[0][i] = a + b + c;
        half[1][i] = b - c - d;
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        sums[2 * i] = half[i][0] + half[i][1] + half[i][2];
        sums[2 * i + 1] = half[i][1] - half[i][2] - half[i][3];
    }
}

/* The sums of tiles, to where each pixel's filters lie in `out`. */
TARGET static void NAME(sums_from_products)(const ConvPool *s, Py_ssize_t first,
                                            Py_ssize_t count, const REAL *products,
                                            REAL *out)
{
    Py_ssize_t filters = s->filters, across = tiles_across(s);
    for (Py_ssize_t t = 0; t < count; t++) {
        Py_ssize_t y = (first + t) / across * 2, x = (first + t) % across * 2;
        for (Py_ssize_t c = 0; c < filters; c += LANES) {
            Py_ssize_t f = Py_MIN(c, filters - LANES);
            VECTOR sums[4];
            NAME(sums_of_tile)(products + t * filters + f, count * filters, sums);
            for (int k = 0; k < 4; k++)
                if (y + k / 2 < s->down && x + k % 2 < s->across)
                    *(VECTOR *)(out + ((y + k / 2) * s->across + x + k % 2) * filters
                                + f) = sums[k];
        }
    }
}

/* The largest sum of each tile, which is a window, and where it was. */
TARGET static void NAME(pool_products)(const ConvPool *s, Py_ssize_t first,
                                       Py_ssize_t count, const REAL *products,
                                       REAL *pooled, unsigned char *winners)
{
    Py_ssize_t filters = s->filters;
    for (Py_ssize_t t = 0; t < count; t++) {
        for (Py_ssize_t c = 0; c < filters; c += LANES) {
            Py_ssize_t f = Py_MIN(c, filters - LANES);
            Py_ssize_t place = (first + t) * filters + f;
            VECTOR sums[4];
            NAME(sums_of_tile)(products + t * filters + f, count * filters, sums);
            INDICES winner = {0};
            for (int k = 1; k < 4; k++)
                NAME(take_larger)(sums[k], k, sums, &winner);
            *(VECTOR *)(pooled + place) = sums[0];
            *(BYTE_VECTOR *)(winners + place) = __builtin_convertvector(winner,
                                                                        BYTE_VECTOR);
        }
    }
}

/* dM = A dY A' of tiles. */
TARGET static void NAME(products_from_sums)(const ConvPool *s, Py_ssize_t first,
                                            Py_ssize_t count, const REAL *dz,
                                            REAL *products)
{
    Py_ssize_t filters = s->filters, across = tiles_across(s);
    for (Py_ssize_t t = 0; t < count; t++) {
        Py_ssize_t y = (first + t) / across * 2, x = (first + t) % across * 2;
        for (Py_ssize_t c = 0; c < filters; c += LANES) {
            Py_ssize_t f = Py_MIN(c, filters - LANES);
            VECTOR d[4], half[4][2];
            for (int k = 0; k < 4; k++) {
                d[k] = (VECTOR){0};
                if (y + k / 2 < s->down && x + k % 2 < s->across)
                    d[k] = *(const VECTOR *)(dz + f
                                             + ((y + k / 2) * s->across + x + k % 2)
                                                   * filters);
            }
            for (int i = 0; i < 2; i++) {
                half[0][i] = d[i];
                half[1][i] = d[i] + d[i + 2];
                half[2][i] = d[i] - d[i + 2];
                half[3][i] = -d[i + 2];
            }
            REAL *to = products + t * filters + f;
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++, to += 4 * count * filters) {
                *(VECTOR *)to = half[i][0];
                *(VECTOR *)(to + count * filters) = half[i][0] + half[i][1];
                *(VECTOR *)(to + 2 * count * filters) = half[i][0] - half[i][1];
                *(VECTOR *)(to + 3 * count * filters) = -half[i][1];
            }
        }
    }
}

/* U = G g G' of all kernels: (16, channels, filters). */
TARGET static void NAME(transform_kernels)(const ConvPool *s, const REAL *kernels,
                                           REAL *transformed)
{
    Py_ssize_t size = s->channels * s->filters;
    for (Py_ssize_t j = 0; j < size; j += LANES) {
        Py_ssize_t place = Py_MIN(j, size - LANES);
        VECTOR half[4][3];
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++) {
            VECTOR a = *(const VECTOR *)(kernels + i * size + place);
            VECTOR b = *(const VECTOR *)(kernels + (i + 3) * size + place);
            VECTOR c = *(const VECTOR *)(kernels + (i + 6) * size + place);
            half[0][i] = a;
            half[1][i] = (a + b + c) * (REAL)0.5;
            half[2][i] = (a - b + c) * (REAL)0.5;
            half[3][i] = c;
        }
        REAL *to = transformed + place;
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++, to += 4 * size) {
            VECTOR a = half[i][0], b = half[i][1], c = half[i][2];
            *(VECTOR *)to = a;
            *(VECTOR *)(to + size) = (a + b + c) * (REAL)0.5;
            *(VECTOR *)(to + 2 * size) = (a - b + c) * (REAL)0.5;
            *(VECTOR *)(to + 3 * size) = c;
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
        VECTOR half[3][4];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            const REAL *from = transformed + i * size + place;
            VECTOR b = *(const VECTOR *)(from + 4 * size) * (REAL)0.5;
            VECTOR c = *(const VECTOR *)(from + 8 * size) * (REAL)0.5;
            half[0][i] = *(const VECTOR *)from + b + c;
            half[1][i] = b - c;
            half[2][i] = b + c + *(const VECTOR *)(from + 12 * size);
        }
        REAL *to = kernels + place;
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++, to += 3 * size) {
            VECTOR b = half[i][1] * (REAL)0.5, c = half[i][2] * (REAL)0.5;
            *(VECTOR *)to = half[i][0] + b + c;
            *(VECTOR *)(to + size) = b - c;
            *(VECTOR *)(to + 2 * size) = b + c + half[i][3];
        }
    }
}

/* U', of (16, filters, channels). */
TARGET static void NAME(transpose_transformed)(const ConvPool *s,
                                               const REAL *transformed,
                                               REAL *transposed)
{
    Py_ssize_t size = s->channels * s->filters;
    for (int k = 0; k < 16; k++)
        NAME(transpose)(s->channels, s->filters, transformed + k * size, s->filters,
                        transposed + k * size, s->channels);
}
#undef FROM_PIXELS
#undef TO_PIXELS
#undef EACH_ROW_AND_COLUMN
