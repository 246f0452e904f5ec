/* The kinds of processor: the kernels for each of them, and which kind this one is.

   A kernel `dense` is a function `dense_float_avx2`, and so on, for each type of number
   and each kind of processor. */
#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define NAME(function) PASTE(function, REAL, LEVEL)

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_LEVELS 1
#else
#define HAS_LEVELS 0
#endif

#if HAS_LEVELS
#define LEVEL avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define BYTES MOST_BYTES /* of a vector */
#define ROWS MOST_ROWS   /* that are multiplied in registers at a time */
#include "numbers.h"
#define LEVEL avx2
#define TARGET __attribute__((target("avx2,fma")))
#define BYTES 32
#define ROWS 6
#include "numbers.h"
#endif
#define LEVEL plain
#define TARGET
#define BYTES 16
#ifdef __aarch64__
#define ROWS 10 /* of 32 registers; with more of them GCC runs out of registers */
#else
#define ROWS 4
#endif
#include "numbers.h"

static const char *const level_names[] = {"plain", "AVX2", "AVX-512"};
static int level; /* the kind of processor to compute for */

static int best_level(void)
{
#if HAS_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 1;
#endif
    return 0;
}

#if HAS_LEVELS
#define CALL(kernel, type, ...)                                                        \
    (level == 2   ? kernel##_##type##_avx512(__VA_ARGS__)                              \
     : level == 1 ? kernel##_##type##_avx2(__VA_ARGS__)                                \
                  : kernel##_##type##_plain(__VA_ARGS__))
#else
#define CALL(kernel, type, ...) kernel##_##type##_plain(__VA_ARGS__)
#endif

/* Call a kernel; Python's other threads may run meanwhile. */
#define RUN(kernel, is_double, ...)                                                    \
    do {                                                                               \
        PyThreadState *python = PyEval_SaveThread();                                   \
        if (is_double)                                                                 \
            CALL(kernel, double, __VA_ARGS__);                                         \
        else                                                                           \
            CALL(kernel, float, __VA_ARGS__);                                          \
        PyEval_RestoreThread(python);                                                  \
    } while (0)
