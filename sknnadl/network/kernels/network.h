/* The way of a mini-batch through a network and a loss, and back. */

typedef struct {
    const Network *net;
    const REAL *parameters, *x, *targets, *weights;
    REAL *gradient, *logits, scale;
    int loss, training;
    BitGenerator *const *generators;
    char *memory;
} NAME(job);
#define JOB NAME(job)

/* The rows from which on a piece begins. */
TARGET static inline Py_ssize_t NAME(first_row)(const Network *net, Py_ssize_t piece)
{
    return net->n * piece / net->pieces;
}

/* What a layer finds for a piece, in the memory of a worker. */
TARGET static PASSAGE NAME(passage_of)(const JOB *job, Py_ssize_t i, Py_ssize_t piece,
                                       int worker)
{
    const Network *net = job->net;
    const LayerPlaces *places = net->places + i;
    char *shared = job->memory, *own = shared + net->shared + worker * net->own;
    Py_ssize_t first = NAME(first_row)(net, piece);
    PASSAGE p = {
        .layer = net->layers + i,
        .numbers = net->numbers[i],
        .rows = NAME(first_row)(net, piece + 1) - first,
        .n = net->n,
        .training = job->training,
        .parameters = job->parameters,
        .generator = job->generators ? job->generators[piece] : NULL,
        .kept = own + places->kept,
        .work = own + net->work,
        .transposed = (const REAL *)(shared + places->transposed),
        .transformed = (const REAL *)(shared + places->transformed),
        .slot = (REAL *)(shared + net->slots + piece * net->slot_bytes + places->slot),
    };
    p.out = (REAL *)((places->is_shared ? shared : own) + places->out);
    p.out += places->is_shared ? first * p.layer->outputs : 0;
    if (i == 0) {
        p.in = job->x + first * p.layer->inputs;
    } else {
        const LayerPlaces *before = places - 1;
        const REAL *in = (const REAL *)((before->is_shared ? shared : own) + before->out);
        p.in = in + (before->is_shared ? first * p.layer->inputs : 0);
    }
    return p;
}

/* Where the gradient of a layer's output is to be written to: all share that of a dense
   layer, behind which layers work in its place. Else there are two that take turns. */
TARGET static REAL *NAME(home_of)(const JOB *job, Py_ssize_t i, Py_ssize_t piece,
                                  int worker, int *turn)
{
    const Network *net = job->net;
    const Layer *layer = net->layers + i;
    Py_ssize_t first = NAME(first_row)(net, piece), below = i;
    while (below > 0 && (net->layers[below].kind == DROPOUT
                         || net->layers[below].kind == BATCH_NORM))
        below--;
    if (net->layers[below].kind == DENSE)
        return (REAL *)(job->memory + net->places[below].dz) + first * layer->outputs;
    *turn = !*turn;
    return (REAL *)(job->memory + net->shared + worker * net->own
                    + net->gradients[*turn]);
}

/* What all pieces need of a layer's weights. */
TARGET static void NAME(prepare_task)(void *given, Py_ssize_t i, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    const Layer *layer = net->layers + i;
    const REAL *weights = job->parameters + layer->weights;
    REAL *transformed = (REAL *)(job->memory + net->places[i].transformed);
    int has_weights = layer->kind == CONV
                      || (layer->kind == DENSE && is_transposed(net->n));
    if (layer->kind == CONV && NAME(is_winograd)(&layer->windows))
        NAME(transform_kernels)(&layer->windows, weights, transformed);
    if (net->differentiates && has_weights && i > net->first_trained)
        NAME(transpose_weights)(layer, weights, transformed,
                                (REAL *)(job->memory + net->places[i].transposed));
}

/* A piece forward, and its logits. */
TARGET static void NAME(forward_task)(void *given, Py_ssize_t piece, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t units = net->layers[net->count - 1].outputs;
    for (Py_ssize_t i = 0; i < net->count; i++) {
        PASSAGE p = NAME(passage_of)(job, i, piece, worker);
        NAME(forward)(&p);
        if (i == net->count - 1)
            memcpy(job->logits + NAME(first_row)(net, piece) * units, p.out,
                   p.rows * units * sizeof(REAL));
    }
}

/* A piece forward and back. */
TARGET static void NAME(piece_task)(void *given, Py_ssize_t piece, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t last = net->count - 1, units = net->layers[last].outputs;
    Py_ssize_t first = NAME(first_row)(net, piece);
    Py_ssize_t rows = NAME(first_row)(net, piece + 1) - first;
    int turn = 0;
    NAME(forward_task)(given, piece, worker);
    REAL *dz = NAME(home_of)(job, last, piece, worker, &turn);
    memcpy(dz, job->logits + first * units, rows * units * sizeof(REAL));
    NAME(loss_gradient)(job->loss, rows, units, dz, job->targets + first * units,
                        job->weights ? job->weights + first : NULL, job->scale);
    for (Py_ssize_t i = last; i >= net->first_trained; i--) {
        PASSAGE p = NAME(passage_of)(job, i, piece, worker);
        int in_place = p.layer->kind == DROPOUT || p.layer->kind == BATCH_NORM;
        REAL *dx = i == net->first_trained || in_place
                       ? NULL
                       : NAME(home_of)(job, i - 1, piece, worker, &turn);
        NAME(backward)(&p, dz, dx);
        dz = in_place ? dz : dx;
    }
}

/* How many inputs' weights are differentiated at a time, and in how many tasks. */
TARGET static Py_ssize_t NAME(inputs_at_a_time)(const Network *net, const Layer *layer)
{
    Py_ssize_t work = net->n * layer->outputs, enough = 4000000 / (work + 1) + 1;
    return (enough + ROWS - 1) / ROWS * ROWS;
}

TARGET static Py_ssize_t NAME(tasks_of)(const Network *net, const Layer *layer)
{
    if (layer->kind == CONV || layer->kind == BATCH_NORM)
        return 1;
    Py_ssize_t some = NAME(inputs_at_a_time)(net, layer);
    return layer->kind == DENSE ? (layer->inputs + some - 1) / some : 0;
}

/* Some of the gradients of a layer: of dense weights, or what the slots add up to. */
TARGET static void NAME(gather_task)(void *given, Py_ssize_t task, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t i = 0;
    for (; task >= NAME(tasks_of)(net, net->layers + i); i++)
        task -= NAME(tasks_of)(net, net->layers + i);
    PASSAGE p = NAME(passage_of)(job, i, 0, worker);
    if (p.layer->kind == DENSE) {
        Dense sizes = {net->n, p.layer->inputs, p.layer->outputs};
        const REAL *dz = (const REAL *)(job->memory + net->places[i].dz);
        Py_ssize_t some = NAME(inputs_at_a_time)(net, p.layer);
        NAME(dense_weights_gradient)(
            &sizes, task * some, Py_MIN((task + 1) * some, p.layer->inputs), p.in, dz,
            job->gradient + p.layer->weights, (REAL *)p.work);
        if (task == 0)
            NAME(sum_of_rows)(net->n, sizes.units, dz, job->gradient + p.layer->biases);
        return;
    }
    Py_ssize_t end = i + 1; /* the next layer that has a slot */
    while (end < net->count && net->layers[end].kind != CONV
           && net->layers[end].kind != BATCH_NORM)
        end++;
    Py_ssize_t bytes = (end < net->count ? net->places[end].slot : net->slot_bytes)
                       - net->places[i].slot;
    for (Py_ssize_t piece = 1; piece < net->pieces; piece++) { /* in this order */
        const REAL *other = (const REAL *)((char *)p.slot + piece * net->slot_bytes);
        for (Py_ssize_t j = 0; j < bytes / (Py_ssize_t)sizeof(REAL); j++)
            p.slot[j] += other[j];
    }
    NAME(read_slot)(p.layer, p.slot, job->gradient);
}

/* The gradient of the scaled sum of the rows' losses, and the logits. */
TARGET static void NAME(network_gradient)(const Network *net, const REAL *parameters,
                                          REAL *gradient, char *memory, const REAL *x,
                                          const REAL *targets, const REAL *weights,
                                          double scale, int loss, REAL *logits,
                                          int training,
                                          BitGenerator *const *generators, int threads)
{
    JOB job = {net, parameters, x, targets, weights, gradient, logits, (REAL)scale,
               loss, training, generators, memory};
    Py_ssize_t tasks = 0;
    for (Py_ssize_t i = 0; i < net->count; i++)
        tasks += NAME(tasks_of)(net, net->layers + i);
    share(net->count, threads, NAME(prepare_task), &job);
    share(net->pieces, threads, NAME(piece_task), &job);
    share(tasks, threads, NAME(gather_task), &job);
}

/* Differentiate mini-batches, and take a step after each. What the optimizer remembers is
   in `first` and `second`. */
TARGET static void NAME(network_steps)(Network *net, const Batches *batches,
                                       REAL *parameters, REAL *gradient, char *memory,
                                       const REAL *x, const REAL *targets,
                                       const REAL *weights, int loss, REAL *logits,
                                       BitGenerator *const *generators, int threads,
                                       Py_ssize_t n_parameters, REAL *first,
                                       REAL *second)
{
    Py_ssize_t inputs = net->layers[0].inputs;
    Py_ssize_t outputs = net->layers[net->count - 1].outputs;
    for (Py_ssize_t i = 0; i < batches->count; i++) {
        const double *of_step = batches->shrinkages + 3 * i;
        Shrinkage shrinkage = {batches->n_weights, of_step[0], of_step[1], of_step[2]};
        place_batch(net, batches, i, sizeof(REAL));
        NAME(network_gradient)(net, parameters, gradient, memory, x, targets, weights,
                               1.0 / net->n, loss, logits, 1, generators,
                               threads_of(net, threads));
        NAME(optimizer_step)(threads, batches->optimizer, 0, batches->trained,
                             &shrinkage,
                             batches->numbers + i * optimizers[batches->optimizer].numbers,
                             parameters, gradient, first, second);
        /* Statistics, whose gradient says how far to move them. */
        for (Py_ssize_t j = batches->trained; j < n_parameters; j++)
            parameters[j] -= gradient[j];
        x += net->n * inputs;
        targets += net->n * outputs;
        logits += net->n * outputs;
        weights = weights ? weights + net->n : NULL;
    }
}

/* The outputs alone. */
TARGET static void NAME(network_outputs)(const Network *net, const REAL *parameters,
                                         char *memory, const REAL *x, REAL *logits,
                                         int threads)
{
    JOB job = {.net = net, .parameters = parameters, .x = x, .logits = logits,
               .memory = memory};
    share(net->count, threads, NAME(prepare_task), &job);
    share(net->pieces, threads, NAME(forward_task), &job);
}
