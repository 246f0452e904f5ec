/* The kernels for one kind of processor and one type of number, in an order in which
   each needs none but those before it. */
#include "vectors.h"
#include "products.h"
#include "dense.h"
#include "activations.h"
#include "losses.h"
#include "stack.h"
#include "conv_pool.h"
#include "scaled_sums.h"
#include "conv_pool_gradients.h"

#undef LANES
#undef VECTOR
#undef INDICES
#undef BYTE_VECTOR
#undef REAL
#undef INTEGER
#undef MANTISSA
#undef LARGEST_EXPONENT
#undef DEGREE
