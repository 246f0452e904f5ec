/* The transforms of `winograd.h`, and those of all kernels. */

/* The points of the polynomials behind the transforms are 0, P, -P, Q, -Q and infinity:
   as P Q = 1, there are few multiplications, and errors are small. */
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
