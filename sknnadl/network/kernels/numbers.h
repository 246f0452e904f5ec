/* For one kind of processor: the kernels for both types of number. */
#define REAL float
#define INTEGER int
#define MANTISSA 23         /* its bits */
#define LARGEST_EXPONENT 86 /* e to this, and to its negative, are normal numbers */
#define DEGREE 7            /* of a polynomial that is as good as the type */
#define SQUARE_ROOT __builtin_sqrtf
#include "bodies.h"

#define REAL double
#define INTEGER long long
#define MANTISSA 52
#define LARGEST_EXPONENT 700
#define DEGREE 13
#define SQUARE_ROOT __builtin_sqrt
#include "bodies.h"

#undef LEVEL
#undef TARGET
#undef BYTES
#undef ROWS
