/* Activations, forward and backward, of so many numbers. */

/* Of one where that is so, and of the other elsewhere. */
TARGET static inline VECTOR NAME(chosen)(INDICES where, VECTOR one, VECTOR other)
{
    return (VECTOR)((where & (INDICES)one) | (~where & (INDICES)other));
}

/* exp(x), from LARGEST_EXPONENT on that of LARGEST_EXPONENT: 2^n times the exponential
   of what is left, which is at most log(2) / 2. */
TARGET static inline VECTOR NAME(exponential)(VECTOR x)
{
    const REAL rounder = (REAL)1.5 * ((INTEGER)1 << MANTISSA);
    VECTOR high = (VECTOR){0} + LARGEST_EXPONENT, sum = (VECTOR){0} + 1;
    x = NAME(chosen)((INDICES)(x > high), high, x);
    x = NAME(chosen)((INDICES)(x < -high), -high, x);
    VECTOR shifted = x * (REAL)1.4426950408889634 + rounder; /* n in its last bits */
    VECTOR n = shifted - rounder;
    x = x - n * (REAL)0.693359375 + n * (REAL)2.1219444005469058e-4; /* log(2) */
    for (int k = DEGREE; k > 0; k--)
        sum = 1 + x * sum * (REAL)(1.0 / k);
    return (VECTOR)((INDICES)sum + ((INDICES)shifted << MANTISSA));
}

/* log(1 + t) of numbers from 0 to 1: 2 artanh(t / (2 + t)), by its series. */
TARGET static inline VECTOR NAME(logarithm_of_one_and)(VECTOR t)
{
    VECTOR s = t / (2 + t), square = s * s, sum = {0};
    for (int k = 2 * DEGREE + 1; k > 0; k -= 2)
        sum = (REAL)(1.0 / k) + square * sum;
    return 2 * s * sum;
}

/* f(z) */
TARGET static inline __attribute__((always_inline)) VECTOR
NAME(activated)(int activation, VECTOR z)
{
    VECTOR zero = {0};
    INDICES positive = (INDICES)(z > 0), negative = (INDICES)(z <= 0);
    VECTOR minus = NAME(chosen)(positive, -z, z); /* -|z| */
    switch (activation) {
    case RELU:
        return NAME(chosen)(negative, zero, z);
    case LEAKY_RELU:
        return NAME(chosen)(negative, (REAL)0.01 * z, z);
    case SIGMOID:
        return 1 / (1 + NAME(exponential)(-z));
    case TANH: {
        VECTOR e = NAME(exponential)(2 * minus), a = (1 - e) / (1 + e);
        return NAME(chosen)(positive, a, -a);
    }
    case SOFTPLUS: {
        VECTOR more = NAME(logarithm_of_one_and)(NAME(exponential)(minus));
        return NAME(chosen)(negative, more, z + more);
    }
    case ELU:
        return NAME(chosen)(negative, NAME(exponential)(z) - 1, z);
    default:
        return z;
    }
}

/* dz f'(z), where a = f(z) */
TARGET static inline __attribute__((always_inline)) VECTOR
NAME(times_slope)(int activation, VECTOR a, VECTOR dz)
{
    VECTOR zero = {0};
    INDICES negative = (INDICES)(a <= 0);
    switch (activation) {
    case RELU:
        return NAME(chosen)(negative, zero, dz);
    case LEAKY_RELU:
        return NAME(chosen)(negative, (REAL)0.01 * dz, dz);
    case SIGMOID:
        return dz * a * (1 - a);
    case TANH:
        return dz * (1 - a * a);
    case SOFTPLUS:
        return dz * (1 - NAME(exponential)(-a));
    case ELU:
        return NAME(chosen)(negative, dz * (a + 1), dz);
    default:
        return dz;
    }
}

/* Of `count` numbers of `a`, and of `b`, one vector after the other; the last one may be
   filled with zeros. */
#define FOR_EACH_VECTOR(count, a, b, result)                                           \
    do {                                                                               \
        Py_ssize_t i = 0;                                                              \
        VECTOR x, y;                                                                   \
        for (; i + LANES <= count; i += LANES) {                                       \
            x = *(const VECTOR *)(a + i);                                              \
            y = *(const VECTOR *)(b + i);                                              \
            *(VECTOR *)(b + i) = result;                                               \
        }                                                                              \
        if (i < count) {                                                               \
            x = y = (VECTOR){0};                                                       \
            memcpy(&x, a + i, (count - i) * sizeof(REAL));                             \
            memcpy(&y, b + i, (count - i) * sizeof(REAL));                             \
            y = result;                                                                \
            memcpy(b + i, &y, (count - i) * sizeof(REAL));                             \
        }                                                                              \
    } while (0)

#define EACH_ACTIVATION                                                                \
    CASE(RELU) CASE(LEAKY_RELU) CASE(SIGMOID) CASE(TANH) CASE(SOFTPLUS) CASE(ELU)

/* a = f(a) */
TARGET static void NAME(activate)(Py_ssize_t activation, Py_ssize_t count, REAL *a)
{
    switch (activation) {
#define CASE(f)                                                                        \
    case f:                                                                            \
        FOR_EACH_VECTOR(count, a, a, NAME(activated)(f, x));                           \
        break;
        EACH_ACTIVATION
#undef CASE
    }
}

/* dz *= f'(z), where a = f(z) */
TARGET static void NAME(activation_gradient)(Py_ssize_t activation, Py_ssize_t count,
                                             const REAL *a, REAL *dz)
{
    switch (activation) {
#define CASE(f)                                                                        \
    case f:                                                                            \
        FOR_EACH_VECTOR(count, a, dz, NAME(times_slope)(f, x, y));                     \
        break;
        EACH_ACTIVATION
#undef CASE
    }
}
