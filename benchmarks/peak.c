/* As many multiply-adds as the core can do: each of N sums goes on with one vector.
 *
 * A vector has LANES floats. The sums do not depend on each other, so with enough of
 * them the core never waits for one; with too many they do not fit its registers. */

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__) && defined(__FMA__)
#define LANES 8
#else
#define LANES 4
#endif

int lanes(void) { return LANES; }

typedef float vector __attribute__((vector_size(4 * LANES)));

#define FUNCTION(N)                                                           \
    float multiply_add_##N(long turns, float x, float y)                      \
    {                                                                         \
        vector sums[N], factor = x - (vector){0}, term = y - (vector){0};     \
        for (int i = 0; i < N; i++)                                           \
            sums[i] = (float)i - (vector){0};                                 \
        for (long turn = 0; turn < turns; turn++) {                           \
            _Pragma("GCC unroll 32") for (int i = 0; i < N; i++)              \
                sums[i] = sums[i] * factor + term;                            \
            __asm__ volatile("" : "+r"(turn));                                \
        }                                                                     \
        float total = 0;                                                      \
        for (int i = 0; i < N; i++)                                           \
            for (int j = 0; j < LANES; j++)                                   \
                total += sums[i][j];                                          \
        return total;                                                         \
    }

FUNCTION(4)
FUNCTION(8)
FUNCTION(10)
FUNCTION(12)
FUNCTION(16)
FUNCTION(24)
