/* The sizes of a network, and where what its layers keep lies in memory.

   A mini-batch is divided into pieces, whose number depends on the network and the batch
   alone. A piece goes forward and back in one thread. The gradients of dense weights are
   made afterwards, of all rows at once, a few inputs at a time; those of other parameters
   in a slot for each piece, and added up in the order of the pieces. Pieces that a thread
   takes together, as a group, share the reading of dense weights, and nothing else.

   The memory begins with what all threads share, and then has a part for each thread. */
enum { DENSE, CONV, POOL, BATCH_NORM, DROPOUT, KINDS };
enum { LARGEST, AVERAGE, ROOT_OF_SQUARES, POOLINGS };
enum { MOST_LAYERS = 128, MOST_PIECES = 64 };
enum { MANY_WEIGHTS = 1 << 17, ENOUGH_ROWS = 48 }; /* see `group_pieces` */

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
    Py_ssize_t kept_bytes; /* of a piece */
    int is_shared;         /* is `out`? */
} LayerPlaces;

typedef struct {
    const Layer *layers;
    const Numbers *numbers;
    Py_ssize_t count, n, pieces, groups;
    Py_ssize_t most_rows, most_together; /* of a piece, and of a group */
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

static Py_ssize_t work_bytes(const Network *s, const Layer *layer, Py_ssize_t width)
{
    ConvPool w = layer->windows;
    Dense of_group = {s->most_together, layer->inputs, layer->outputs};
    Dense of_batch = {s->n, layer->inputs, layer->outputs};
    w.n = s->most_rows;
    switch (layer->kind) {
    case DENSE: /* and the gradient of some weights, for a step */
        return Py_MAX(dense_memory(&of_batch)
                          + inputs_at_a_step(&of_batch) * layer->outputs * width,
                      dense_input_gradient_memory(&of_group, width));
    case CONV: /* and the gradient of the padded images */
        return Py_MAX(conv_pool_memory(&w, width), conv_pool_gradients_memory(&w, width))
               + (padded_numbers(layer, w.n) + MOST_BYTES) * width;
    case BATCH_NORM: /* sums, and tables */
        return 2 * w.channels * (Py_ssize_t)sizeof(double)
               + 4 * table_numbers(w.channels, MOST_BYTES / width) * width;
    default:
        return 0;
    }
}

/* The multiplications of a row. */
static double work_of(const Layer *layer)
{
    const ConvPool *w = &layer->windows;
    double sums = (double)w->down * w->across * w->pool_height * w->pool_width;
    double kernel = (double)w->kernel_height * w->kernel_width * w->channels;
    return layer->kind == DENSE  ? (double)layer->inputs * layer->outputs
           : layer->kind == CONV ? sums * kernel * w->filters
                                 : 0;
}

/* Let each thread take as many pieces together as make up for the reading of weights,
   where these are many and much of the work: images would take memory for each piece. */
static void group_pieces(Network *s, int threads)
{
    double dense = 0, all = 0;
    for (Py_ssize_t i = 0; i < s->count; i++) {
        all += work_of(s->layers + i);
        dense += s->layers[i].kind == DENSE ? work_of(s->layers + i) : 0;
    }
    int are_many = dense > MANY_WEIGHTS && dense > all / 4;
    Py_ssize_t groups = are_many ? Py_MAX(threads, s->n / ENOUGH_ROWS) : s->pieces;
    s->groups = Py_MAX(1, Py_MIN(groups, s->pieces));
}

static Py_ssize_t first_row(const Network *s, Py_ssize_t piece)
{
    return s->n * piece / s->pieces;
}

/* Pieces that follow each other in a group, which begins at `start`. */
typedef struct {
    Py_ssize_t start, first, end;
} Pieces;

static Pieces pieces_of(const Network *s, Py_ssize_t group)
{
    Py_ssize_t start = s->pieces * group / s->groups;
    return (Pieces){start, start, s->pieces * (group + 1) / s->groups};
}

static Py_ssize_t rows_before(const Network *s, Pieces pieces)
{
    return first_row(s, pieces.first) - first_row(s, pieces.start);
}

/* Run what follows for all pieces of a group at once, or for each: in a dense layer no
   row meets another. */
#define EACH_PART(layer, group, part)                                                  \
    for (Pieces part = {group.start, group.start,                                      \
                        (layer)->kind == DENSE ? group.end : group.start + 1};         \
         part.first < group.end;                                                       \
         part.first = part.end, part.end += 1)

/* Say where everything lies, for so many threads at most. */
static void place_layers(Network *s, Py_ssize_t width, int threads)
{
    Py_ssize_t lanes = MOST_BYTES / width, widest = 0, work = 0;
    s->shared = s->own = s->slot_bytes = 0;
    group_pieces(s, threads);
    Py_ssize_t together = (s->pieces + s->groups - 1) / s->groups;
    s->most_rows = (s->n + s->pieces - 1) / s->pieces;
    s->most_together = (s->n * together + s->pieces - 1) / s->pieces;
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
                     : take_bytes(&s->own, s->most_together * layer->outputs * width);
        p->kept_bytes = kept_numbers(layer, s->most_rows, width) * width;
        p->kept = take_bytes(&s->own, together * p->kept_bytes);
        if (layer->kind == CONV)
            p->transformed = take_bytes(&s->shared, transformed_numbers(w) * width);
        work = Py_MAX(work, work_bytes(s, layer, width));
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
        s->gradients[i] = take_bytes(&s->own, s->most_together * widest * width);
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
                        Py_ssize_t width, int threads)
{
    s->n = batches->sizes[i];
    s->pieces = batches->pieces[i];
    place_layers(s, width, threads);
}

static int threads_of(const Network *s, int threads)
{
    return (int)Py_MAX(1, Py_MIN(threads, s->groups));
}
