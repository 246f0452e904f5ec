/* The kernels for one kind of processor and one type of number, in an order in which
   each needs none but those before it. */
#include "vectors.h"
#include "products.h"
#include "zeros.h"
#include "dense.h"
#include "activations.h"
#include "losses.h"
#include "conv.h"
#include "maximum.h"
#include "winograd_transforms.h"
#include "winograd_tiles.h"
#include "winograd.h"
#include "conv_pool.h"
#include "scaled_sums.h"
#include "conv_pool_gradients.h"
#include "pooling.h"
#include "batch_norm.h"
#include "steps.h"
#include "layers.h"
#include "network.h"

#undef LANES
#undef HALF
#undef VECTOR
#undef HALF_VECTOR
#undef INDICES
#undef BYTE_VECTOR
#undef PASSAGE
#undef JOB
#undef FOR_EACH_VECTOR
#undef EACH_ACTIVATION
#undef REAL
#undef INTEGER
#undef MANTISSA
#undef LARGEST_EXPONENT
#undef DEGREE
#undef SQUARE_ROOT
