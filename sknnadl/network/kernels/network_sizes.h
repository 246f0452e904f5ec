/* The sizes of a network, and where what its layers keep lies in memory.

   A mini-batch is divided into pieces, whose number depends on the network and the batch
   alone. A piece goes forward and back in one thread. The gradients of dense weights are
   made afterwards, of all rows at once, a few inputs at a time; those of other parameters
   in a slot for each piece, and added up in the order of the pieces.

   The memory begins with what all threads share, and then has a part for each thread. */
enum { DENSE, CONV, POOL, BATCH_NORM, DROPOUT, KINDS };
enum { LARGEST, AVERAGE, ROOT_OF_SQUARES, POOLINGS };
enum { MOST_LAYERS = 128, MOST_PIECES = 64 };

/* A layer, as Python describes it; what its kind has no use for is 0. Of batch
   normalization `windows.channels` is the number of features, and its other parameters
   are the scale and the shift. */
typedef struct {
    Py_ssize_t kind, activation, inputs, outputs; /* of a row */
    Py_ssize_t weights, biases, statistics;       /* where its parameters begin */
    Py_ssize_t pooling, top, left, inner_height, inner_width; /* within the padding */
    ConvPool windows;
} Layer;

/* Numbers of a layer: the rate of dropout, or momentum and epsilon. */
typedef double Numbers[2];

/* Where a layer's things begin, in bytes: of what all share, or of a thread's own. */
typedef struct {
    Py_ssize_t out;        /* all share the inputs of a dense layer */
    Py_ssize_t dz;         /* of a dense layer, shared */
    Py_ssize_t transposed; /* weights, shared */
    Py_ssize_t transformed; /* kernels, shared */
    Py_ssize_t slot;       /* in the slot of a piece */
    Py_ssize_t kept;       /* a thread's own: what the way back needs of the way forward */
    int is_shared;         /* is `out`? */
} LayerPlaces;

typedef struct {
    const Layer *layers;
    const Numbers *numbers;
    Py_ssize_t count, n, pieces, most_rows; /* rows, and those of the longest piece */
    Py_ssize_t first_trained;
    int differentiates;
    LayerPlaces places[MOST_LAYERS];
    Py_ssize_t gradients[2], work, slots, slot_bytes, shared, own;
} Network;

/* Take so many bytes from an end on, where a vector can begin. */
static Py_ssize_t take_bytes(Py_ssize_t *end, Py_ssize_t bytes)
{
    Py_ssize_t start = *end;
    *end += (bytes + 2 * MOST_BYTES - 1) / MOST_BYTES * MOST_BYTES;
    return start;
}

static int has_windows(const Layer *layer)
{
    const ConvPool *w = &layer->windows;
    return layer->kind == CONV && w->pool_height * w->pool_width > 1;
}

/* The numbers of kernels, however they lie. */
static Py_ssize_t kernels_in_slot(const Layer *layer, Py_ssize_t lanes)
{
    const ConvPool *w = &layer->windows;
    Py_ssize_t run = w->kernel_width * w->channels;
    Py_ssize_t filled = Py_MAX(w->filters * (run + lanes), run * (w->filters + lanes));
    return w->kernel_height * filled;
}

/* The numbers of padded images, where there is a padding. */
static Py_ssize_t padded_numbers(const Layer *layer, Py_ssize_t rows)
{
    const ConvPool *w = &layer->windows;
    Py_ssize_t image = w->height * w->width * w->channels;
    return layer->kind == CONV && image != layer->inputs ? rows * image : 0;
}

static Py_ssize_t kept_numbers(const Layer *layer, Py_ssize_t rows, Py_ssize_t width)
{
    const ConvPool *w = &layer->windows;
    switch (layer->kind) {
    case CONV: /* the padded images, and the winners, in bytes */
    case POOL:
        return padded_numbers(layer, rows) + (rows * layer->outputs + width - 1) / width;
    case BATCH_NORM: /* mean, variance and deviation */
        return 3 * w->channels;
    case DROPOUT: /* what each value is multiplied by */
        return rows * layer->inputs;
    default:
        return 0;
    }
}

/* The numbers of features that are repeated until they fill vectors of so many lanes,
   which is a power of two. */
static Py_ssize_t table_numbers(Py_ssize_t features, Py_ssize_t lanes)
{
    for (Py_ssize_t left = features; lanes > 1 && left % 2 == 0; lanes /= 2)
        left /= 2;
    return features * lanes;
}

static Py_ssize_t work_bytes(const Layer *layer, Py_ssize_t n, Py_ssize_t rows,
                             Py_ssize_t width)
{
    ConvPool w = layer->windows;
    Dense of_piece = {rows, layer->inputs, layer->outputs};
    Dense of_batch = {n, layer->inputs, layer->outputs};
    w.n = rows;
    switch (layer->kind) {
    case DENSE:
        return Py_MAX(dense_memory(&of_batch),
                      dense_input_gradient_memory(&of_piece, width));
    case CONV: /* and the gradient of the padded images */
        return Py_MAX(conv_pool_memory(&w, width), conv_pool_gradients_memory(&w, width))
               + (padded_numbers(layer, rows) + MOST_BYTES) * width;
    case BATCH_NORM: /* sums, and tables */
        return 2 * w.channels * (Py_ssize_t)sizeof(double)
               + 4 * table_numbers(w.channels, MOST_BYTES / width) * width;
    default:
        return 0;
    }
}

/* Say where everything lies. */
static void place_layers(Network *s, Py_ssize_t width)
{
    Py_ssize_t lanes = MOST_BYTES / width, widest = 0, work = 0;
    s->shared = s->own = s->slot_bytes = 0;
    s->most_rows = (s->n + s->pieces - 1) / s->pieces;
    for (s->first_trained = 0; s->first_trained < s->count; s->first_trained++) {
        Py_ssize_t kind = s->layers[s->first_trained].kind;
        if (kind == DENSE || kind == CONV || kind == BATCH_NORM)
            break;
    }
    for (Py_ssize_t i = 0; i < s->count; i++) {
        const Layer *layer = s->layers + i;
        const ConvPool *w = &layer->windows;
        LayerPlaces *p = s->places + i;
        p->is_shared = s->differentiates && i + 1 < s->count && layer[1].kind == DENSE;
        p->out = p->is_shared
                     ? take_bytes(&s->shared, s->n * layer->outputs * width)
                     : take_bytes(&s->own, s->most_rows * layer->outputs * width);
        p->kept = take_bytes(&s->own, kept_numbers(layer, s->most_rows, width) * width);
        if (layer->kind == CONV)
            p->transformed = take_bytes(&s->shared, transformed_numbers(w) * width);
        work = Py_MAX(work, work_bytes(layer, s->n, s->most_rows, width));
        widest = Py_MAX(widest, Py_MAX(layer->inputs, layer->outputs));
        if (!s->differentiates)
            continue;
        if (layer->kind == DENSE)
            p->dz = take_bytes(&s->shared, s->n * layer->outputs * width);
        if (i > s->first_trained && (layer->kind == DENSE || layer->kind == CONV))
            p->transposed = take_bytes(
                &s->shared,
                (layer->kind == DENSE ? layer->inputs * layer->outputs
                                      : Py_MAX(kernels_in_slot(layer, lanes),
                                               transformed_numbers(w)))
                    * width);
        if (layer->kind == CONV)
            p->slot = take_bytes(&s->slot_bytes,
                                 (kernels_in_slot(layer, lanes) + w->filters) * width);
        if (layer->kind == BATCH_NORM)
            p->slot = take_bytes(&s->slot_bytes, 4 * w->channels * width);
    }
    for (int i = 0; i < 2 && s->differentiates; i++)
        s->gradients[i] = take_bytes(&s->own, s->most_rows * widest * width);
    s->work = take_bytes(&s->own, work);
    s->slots = take_bytes(&s->shared, s->differentiates ? s->pieces * s->slot_bytes : 0);
}

/* Mini-batches that follow each other, and the step after each. */
typedef struct {
    Py_ssize_t count, rows, trained; /* parameters that steps are taken on */
    const Py_ssize_t *sizes, *pieces;
    int optimizer;
    Py_ssize_t n_weights;
    const double *numbers, *shrinkages;
} Batches;

/* Make the network that of a mini-batch. */
static void place_batch(Network *s, const Batches *batches, Py_ssize_t i,
                        Py_ssize_t width)
{
    s->n = batches->sizes[i];
    s->pieces = batches->pieces[i];
    place_layers(s, width);
}

static int threads_of(const Network *s, int threads)
{
    return (int)Py_MAX(1, Py_MIN(threads, s->pieces));
}
