/* The sizes that kernels are called with, and the memory that they work in.

   Arrays are C-contiguous:

       x        (n, inputs)                        the rows
       weights  (inputs, units)
       dz       (n, units)                         the gradient of `x weights + biases`

       x        (n, height, width, channels)       the images, with their padding
       kernels  (kernel height * kernel width * channels, filters)
       pooled   (n, down, across, filters)         the largest sum of each window
       winners  (n, down, across, filters)         where in its window that was
       dz       (n, down, across, filters)         the gradient of `pooled`

   Memory is counted in bytes, for numbers of a width of so many, and is enough for each
   kind of processor. Sizes are counted in numbers. */
#define MOST_BYTES 64   /* of a vector */
#define MOST_ROWS 12    /* that are multiplied at a time */
#define CHUNK 8         /* vectors that are added up in registers at a time */
#define LISTED_CHUNK 13 /* the same, of one number times rows of another array */
#define MOST_PLACES 256 /* of a window: a byte says which of them is the largest */

typedef struct {
    Py_ssize_t n, inputs, units;
} Dense;

/* Where zeros are looked for, how many numbers are in lists at a time, and the bytes that
   the cache of a core is sure to hold. */
enum { MANY_ROWS = 32, MANY_INPUTS = 64, LISTED = 1 << 14, SECOND_LEVEL = 1 << 19 };

enum { IDENTITY, RELU, LEAKY_RELU, SIGMOID, TANH, SOFTPLUS, ELU, ACTIVATIONS };
enum { LOG_LOSS, CROSS_ENTROPY, SQUARED_ERROR, LINEAR_SQUARED_ERROR, LOSSES };

typedef struct {
    Py_ssize_t n, height, width, channels; /* the images */
    Py_ssize_t kernel_height, kernel_width, filters;
    Py_ssize_t stride_down, stride_across;
    Py_ssize_t pool_height, pool_width, down, across; /* windows, and how many */
} ConvPool;

/* Parameters, by one thread, and those that stay in its cache. */
enum { STEPPED_AT_A_TIME = 1 << 16, STEPPED_AT_ONCE = 1 << 15 };
enum { DESCENT, MOMENTUM, ADAM, RMSPROP, ADAGRAD, ADADELTA, OPTIMIZERS };
#define MOST_NUMBERS 5

/* How many vectors an optimizer remembers, and the numbers of its formula. */
static const struct {
    int vectors, numbers;
} optimizers[OPTIMIZERS] = {
    [DESCENT] = {0, 1}, [MOMENTUM] = {1, 3}, [ADAM] = {2, MOST_NUMBERS},
    [RMSPROP] = {1, 3}, [ADAGRAD] = {1, 2},  [ADADELTA] = {2, 3},
};

/* How a step shrinks the weights, which are the first parameters: the slopes of their
   absolute values and half their squares, and what the weights are multiplied by. */
typedef struct {
    Py_ssize_t n_weights;
    double l1, l2, keep;
} Shrinkage;

/* Where in the memory of `conv_pool_gradients` things lie, counted in numbers. */
typedef struct {
    Py_ssize_t vectors;    /* of a kernel, each of whose rows is filled up */
    Py_ssize_t *in_kernel; /* (vectors,) from the kernel's first number */
    Py_ssize_t *in_patch;  /* (vectors,) from the patch's first pixel in its image */
    Py_ssize_t *corners;   /* (windows,) a window's first patch in the image */
    Py_ssize_t within[MOST_PLACES]; /* (places,) a patch from the window's first */
} Places;

/* How many inputs' weights are differentiated and stepped on at a time: their gradient
   stays in the cache. */
static Py_ssize_t inputs_at_a_step(const Dense *s)
{
    return Py_MAX(1, STEPPED_AT_ONCE / s->units / MOST_ROWS) * MOST_ROWS;
}

/* How many inputs have lists, of as many numbers as there are rows, at a time. */
static Py_ssize_t inputs_listed(const Dense *s)
{
    return Py_MAX(MOST_ROWS, LISTED / Py_MAX(1, s->n));
}

/* A vector for each row and each input, where there are few units; or lists of numbers,
   of places, and for each of some inputs a number, a place and a count. */
static Py_ssize_t dense_memory(const Dense *s)
{
    Py_ssize_t in_lists = inputs_listed(s) * (s->n + 2);
    return Py_MAX((s->n + s->inputs) * MOST_BYTES,
                  Py_MAX(in_lists, s->inputs) * 2 * (Py_ssize_t)sizeof(double));
}

/* Whether weights are transposed for the gradient of so many rows of a mini-batch. */
static int is_transposed(Py_ssize_t n)
{
    return n > 48;
}

/* The gradient of the input: the rows transposed, or a vector for each row and unit. */
static Py_ssize_t dense_input_gradient_memory(const Dense *s, Py_ssize_t width)
{
    Py_ssize_t filled = s->n + MOST_BYTES / width;
    return Py_MAX((s->inputs + s->units) * filled * width,
                  (s->n + s->units) * MOST_BYTES);
}

/* The transposed weights too. */
static Py_ssize_t dense_gradients_memory(const Dense *s, Py_ssize_t width)
{
    Py_ssize_t back = s->inputs * s->units * width
                      + dense_input_gradient_memory(s, width);
    return Py_MAX(dense_memory(s), back);
}

/* A tile of `winograd.h`: sums and pixels along a side, and products. */
enum { TILE_SUMS = 4, TILE_PIXELS = 6, TILE_PRODUCTS = 36 };

/* The image and the first pixel of a tile. */
typedef struct {
    Py_ssize_t image, y, x;
} TileCorner;

static Py_ssize_t tiles_down(const ConvPool *s)
{
    return (s->down * s->pool_height + TILE_SUMS - 1) / TILE_SUMS;
}

static Py_ssize_t tiles_across(const ConvPool *s)
{
    return (s->across * s->pool_width + TILE_SUMS - 1) / TILE_SUMS;
}

/* Whether a convolution may be done in tiles: where these have at most three quarters of
   the products that there are without. Its windows, if it has any, lie in tiles then. */
static int may_be_winograd(const ConvPool *s)
{
    int fits = (s->pool_height == 2 && s->pool_width == 2)
               || (s->pool_height == 1 && s->pool_width == 1);
    Py_ssize_t sums = s->down * s->pool_height * s->across * s->pool_width;
    return fits && s->kernel_height == 3 && s->kernel_width == 3 && s->stride_down == 1
           && s->stride_across == 1
           && TILE_PRODUCTS * tiles_down(s) * tiles_across(s) <= 9 * sums * 3 / 4;
}

/* How many tiles are done at a time: those that stay in the cache, but enough of them for
   all the kernels that each of them meets to be read. */
static Py_ssize_t tiles_at_a_time(const ConvPool *s)
{
    Py_ssize_t tiles = 2048 / Py_MAX(s->channels, s->filters);
    return Py_MAX(2, tiles / MOST_ROWS) * MOST_ROWS;
}

/* The numbers of transformed kernels, if they may be needed. */
static Py_ssize_t transformed_numbers(const ConvPool *s)
{
    return may_be_winograd(s) ? TILE_PRODUCTS * s->channels * s->filters : 0;
}

/* The tiles of images and of sums, those of kernels, and a patch. */
static Py_ssize_t winograd_memory(const ConvPool *s, Py_ssize_t width)
{
    if (!may_be_winograd(s))
        return 0;
    Py_ssize_t tiles = tiles_at_a_time(s) * (s->channels + s->filters);
    Py_ssize_t kernels = s->channels * s->filters;
    return (TILE_PRODUCTS * (tiles + kernels + s->channels) + kernels) * width;
}

/* The kernels, and a row of windows; or what is done in tiles. */
static Py_ssize_t conv_pool_memory(const ConvPool *s, Py_ssize_t width)
{
    Py_ssize_t lanes = MOST_BYTES / width;
    Py_ssize_t kernel = s->kernel_height * s->kernel_width * s->channels;
    Py_ssize_t sums = s->pool_height * s->across * s->pool_width;
    return Py_MAX((kernel * lanes + sums * (s->filters + lanes)) * width,
                  transformed_numbers(s) * width + winograd_memory(s, width));
}

static Py_ssize_t conv_gradients_memory(const ConvPool *s, Py_ssize_t width)
{
    Py_ssize_t lanes = MOST_BYTES / width, run = s->kernel_width * s->channels;
    Py_ssize_t sums = s->n * s->down * s->across * s->filters + lanes;
    Py_ssize_t kernels = run * (s->filters + lanes) + s->filters * (run + lanes);
    Py_ssize_t line = s->across * (run + lanes);
    return Py_MAX((s->kernel_height * kernels + sums + line) * width,
                  2 * transformed_numbers(s) * width + winograd_memory(s, width));
}

/* How many windows, in whole rows, are followed back at a time: those of some pixels. */
static Py_ssize_t windows_at_a_time(const ConvPool *s)
{
    Py_ssize_t pixels = s->pool_height * s->stride_down * s->width * s->channels;
    return s->across * Py_MAX(1, Py_MIN(s->down, 4096 / pixels));
}

static Py_ssize_t conv_pool_gradients_memory(const ConvPool *s, Py_ssize_t width)
{
    Py_ssize_t lanes = MOST_BYTES / width, run = s->kernel_width * s->channels;
    Py_ssize_t image = s->height * s->width * s->channels + 2 * lanes;
    Py_ssize_t kernels = s->filters * s->kernel_height * (run + lanes);
    Py_ssize_t area = s->pool_height * s->pool_width, some = windows_at_a_time(s);
    Py_ssize_t numbers = 2 * (image + kernels) + some * s->filters + 1;
    Py_ssize_t indices = some * (s->filters + area + 1) + s->down * s->across
                         + 2 * s->kernel_height * run;
    return Py_MAX(numbers * width + indices * (Py_ssize_t)sizeof(Py_ssize_t),
                  conv_gradients_memory(s, width));
}
