/* Activations, forward and backward, of so many numbers. */

/* exp(x), from LARGEST_EXPONENT on that of LARGEST_EXPONENT: 2^n times the exponential
   of what is left, which is at most log(2) / 2. */
TARGET static inline VECTOR NAME(exponential)(VECTOR x)
{
    const REAL rounder = (REAL)1.5 * ((INTEGER)1 << MANTISSA);
    VECTOR high = (VECTOR){0} + LARGEST_EXPONENT, sum = (VECTOR){0} + 1;
    INDICES above = (INDICES)(x > high), below = (INDICES)(x < -high);
    x = (VECTOR)((above & (INDICES)high) | (below & (INDICES)(-high))
                 | (~(above | below) & (INDICES)x));
    VECTOR shifted = x * (REAL)1.4426950408889634 + rounder; /* n in its last bits */
    VECTOR n = shifted - rounder;
    x = x - n * (REAL)0.693359375 + n * (REAL)2.1219444005469058e-4; /* log(2) */
    for (int k = DEGREE; k > 0; k--)
        sum = 1 + x * sum * (REAL)(1.0 / k);
    return (VECTOR)((INDICES)sum + ((INDICES)shifted << MANTISSA));
}

/* a = f(a); there is room for whole vectors */
TARGET static void NAME(activate)(Py_ssize_t activation, Py_ssize_t count, REAL *a)
{
    if (activation == SIGMOID)
        for (Py_ssize_t i = 0; i < count; i += LANES)
            *(VECTOR *)(a + i) = 1 / (1 + NAME(exponential)(-*(VECTOR *)(a + i)));
    else if (activation == RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            a[i] = a[i] <= 0 ? 0 : a[i];
    else if (activation == LEAKY_RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            a[i] = a[i] <= 0 ? (REAL)0.01 * a[i] : a[i];
}

/* dz *= f'(z), where a = f(z) */
TARGET static void NAME(activation_gradient)(Py_ssize_t activation, Py_ssize_t count,
                                             const REAL *a, REAL *dz)
{
    if (activation == SIGMOID)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] *= a[i] * (1 - a[i]);
    else if (activation == RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] = a[i] <= 0 ? 0 : dz[i];
    else if (activation == LEAKY_RELU)
        for (Py_ssize_t i = 0; i < count; i++)
            dz[i] = a[i] <= 0 ? (REAL)0.01 * dz[i] : dz[i];
}
