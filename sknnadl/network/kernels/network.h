/* The way of a mini-batch through a network and a loss, and back. */

typedef struct {
    const Network *net;
    const REAL *parameters, *x, *targets, *weights;
    REAL *gradient, *logits, scale;
    int loss, training;
    BitGenerator *const *generators;
    char *memory;
    const NAME(step_job) *step; /* on dense weights, if it is not taken afterwards */
} NAME(job);
#define JOB NAME(job)

/* The numbers from a row on of what a layer gives out, in the memory of a worker. */
TARGET static REAL *NAME(out_of)(const JOB *job, Py_ssize_t i, Pieces pieces, int worker)
{
    const Network *net = job->net;
    Py_ssize_t place = net->places[i].out, outputs = net->layers[i].outputs;
    if (net->places[i].is_shared)
        return (REAL *)(job->memory + place) + first_row(net, pieces.first) * outputs;
    char *own = job->memory + net->shared + worker * net->own;
    return (REAL *)(own + place) + rows_before(net, pieces) * outputs;
}

/* What a layer finds for some pieces, in the memory of a worker. */
TARGET static PASSAGE NAME(passage_of)(const JOB *job, Py_ssize_t i, Pieces pieces,
                                       int worker)
{
    const Network *net = job->net;
    const Layer *layer = net->layers + i;
    const LayerPlaces *places = net->places + i;
    char *shared = job->memory, *own = shared + net->shared + worker * net->own;
    Py_ssize_t row = first_row(net, pieces.first), slot = pieces.first * net->slot_bytes;
    return (PASSAGE){
        .layer = layer,
        .numbers = net->numbers[i],
        .rows = first_row(net, pieces.end) - row,
        .n = net->n,
        .training = job->training,
        .parameters = job->parameters,
        .generator = job->generators ? job->generators[pieces.first] : NULL,
        .in = i ? NAME(out_of)(job, i - 1, pieces, worker) : job->x + row * layer->inputs,
        .out = NAME(out_of)(job, i, pieces, worker),
        .kept = own + places->kept + (pieces.first - pieces.start) * places->kept_bytes,
        .work = own + net->work,
        .transposed = (const REAL *)(shared + places->transposed),
        .transformed = (const REAL *)(shared + places->transformed),
        .slot = (REAL *)(shared + net->slots + slot + places->slot),
    };
}

/* Where the gradient of a group's output of a layer is to be written to: all share that
   of a dense layer, behind which layers work in its place. Else there are two that take
   turns. */
TARGET static REAL *NAME(home_of)(const JOB *job, Py_ssize_t i, Pieces group, int worker,
                                  int *turn)
{
    const Network *net = job->net;
    Py_ssize_t below = i, before = first_row(net, group.start) * net->layers[i].outputs;
    while (below > 0 && (net->layers[below].kind == DROPOUT
                         || net->layers[below].kind == BATCH_NORM))
        below--;
    if (net->layers[below].kind == DENSE)
        return (REAL *)(job->memory + net->places[below].dz) + before;
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

/* A group forward, and its logits. */
TARGET static void NAME(forward_task)(void *given, Py_ssize_t task, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t last = net->count - 1, units = net->layers[last].outputs;
    Pieces group = pieces_of(net, task);
    Py_ssize_t start = first_row(net, group.start), end = first_row(net, group.end);
    for (Py_ssize_t i = 0; i < net->count; i++)
        EACH_PART(net->layers + i, group, part) {
            PASSAGE p = NAME(passage_of)(job, i, part, worker);
            NAME(forward)(&p);
        }
    memcpy(job->logits + start * units, NAME(out_of)(job, last, group, worker),
           (end - start) * units * sizeof(REAL));
}

/* A group forward and back. */
TARGET static void NAME(group_task)(void *given, Py_ssize_t task, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t last = net->count - 1, units = net->layers[last].outputs;
    Pieces group = pieces_of(net, task);
    Py_ssize_t start = first_row(net, group.start);
    Py_ssize_t rows = first_row(net, group.end) - start;
    int turn = 0;
    NAME(forward_task)(given, task, worker);
    REAL *dz = NAME(home_of)(job, last, group, worker, &turn);
    memcpy(dz, job->logits + start * units, rows * units * sizeof(REAL));
    NAME(loss_gradient)(job->loss, rows, units, dz, job->targets + start * units,
                        job->weights ? job->weights + start : NULL, job->scale);
    for (Py_ssize_t i = last; i >= net->first_trained; i--) {
        const Layer *layer = net->layers + i;
        int in_place = layer->kind == DROPOUT || layer->kind == BATCH_NORM;
        REAL *dx = i == net->first_trained || in_place
                       ? NULL
                       : NAME(home_of)(job, i - 1, group, worker, &turn);
        EACH_PART(layer, group, part) {
            PASSAGE p = NAME(passage_of)(job, i, part, worker);
            Py_ssize_t before = rows_before(net, part);
            NAME(backward)(&p, dz + before * layer->outputs,
                           dx ? dx + before * layer->inputs : NULL);
        }
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

/* The gradient of dense weights from an input on; or, of a few inputs at a time, a step
   along it, which leaves no gradient behind. */
TARGET static void NAME(gather_dense)(const JOB *job, const PASSAGE *p, Py_ssize_t from,
                                      Py_ssize_t to, const REAL *dz)
{
    Dense s = {p->n, p->layer->inputs, p->layer->outputs};
    Py_ssize_t some = job->step ? inputs_at_a_step(&s) : to - from;
    REAL *work = (REAL *)p->work;
    for (; from < to; from += some) {
        Py_ssize_t inputs = Py_MIN(some, to - from);
        Py_ssize_t start = p->layer->weights + from * s.units;
        REAL *gradient = job->step ? (REAL *)(p->work + dense_memory(&s))
                                   : job->gradient + start;
        NAME(dense_weights_gradient)(&s, inputs, p->in + from, dz, gradient, work);
        if (job->step)
            NAME(step_some)(job->step, start, inputs * s.units, gradient);
    }
}

/* Some of the gradients of a layer: of dense weights, or what the slots add up to. */
TARGET static void NAME(gather_task)(void *given, Py_ssize_t task, int worker)
{
    const JOB *job = given;
    const Network *net = job->net;
    Py_ssize_t i = 0;
    for (; task >= NAME(tasks_of)(net, net->layers + i); i++)
        task -= NAME(tasks_of)(net, net->layers + i);
    PASSAGE p = NAME(passage_of)(job, i, (Pieces){0, 0, 1}, worker);
    if (p.layer->kind == DENSE) {
        const REAL *dz = (const REAL *)(job->memory + net->places[i].dz);
        Py_ssize_t some = NAME(inputs_at_a_time)(net, p.layer);
        Py_ssize_t to = Py_MIN((task + 1) * some, p.layer->inputs);
        NAME(gather_dense)(job, &p, task * some, to, dz);
        if (task == 0)
            NAME(sum_of_rows)(net->n, p.layer->outputs, dz,
                              job->gradient + p.layer->biases);
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

/* The gradient of the scaled sum of the rows' losses, and the logits. With a `step` that
   is taken on dense weights at once. */
TARGET static void NAME(network_gradient)(const Network *net, const REAL *parameters,
                                          REAL *gradient, char *memory, const REAL *x,
                                          const REAL *targets, const REAL *weights,
                                          double scale, int loss, REAL *logits,
                                          int training,
                                          BitGenerator *const *generators, int threads,
                                          const NAME(step_job) *step)
{
    JOB job = {net, parameters, x, targets, weights, gradient, logits, (REAL)scale,
               loss, training, generators, memory, step};
    Py_ssize_t tasks = 0;
    for (Py_ssize_t i = 0; i < net->count; i++)
        tasks += NAME(tasks_of)(net, net->layers + i);
    share(net->count, threads, NAME(prepare_task), &job);
    share(net->groups, threads, NAME(group_task), &job);
    share(tasks, threads, NAME(gather_task), &job);
}

/* The step on what is not a dense layer's weights. */
TARGET static void NAME(step_others)(const Network *net, NAME(step_job) step,
                                     Py_ssize_t trained, int threads)
{
    step.stop = 0;
    for (Py_ssize_t i = 0; i <= net->count; i++) { /* in the order of their weights */
        const Layer *layer = net->layers + i;
        if (i < net->count && layer->kind != DENSE)
            continue;
        step.start = step.stop;
        step.stop = i < net->count ? layer->weights : trained;
        NAME(share_step)(&step, threads);
        step.stop += i < net->count ? layer->inputs * layer->outputs : 0;
    }
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
    Py_ssize_t count = optimizers[batches->optimizer].numbers;
    for (Py_ssize_t i = 0; i < batches->count; i++) {
        const double *of_step = batches->shrinkages + 3 * i;
        Shrinkage shrinkage = {batches->n_weights, of_step[0], of_step[1], of_step[2]};
        NAME(step_job) step = {.optimizer = batches->optimizer, .s = &shrinkage,
                               .numbers = batches->numbers + i * count, .w = parameters,
                               .m = first, .v = second, .g = gradient};
        place_batch(net, batches, i, sizeof(REAL), threads);
        NAME(network_gradient)(net, parameters, gradient, memory, x, targets, weights,
                               1.0 / net->n, loss, logits, 1, generators,
                               threads_of(net, threads), &step);
        NAME(step_others)(net, step, batches->trained, threads);
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
    share(net->groups, threads, NAME(forward_task), &job);
}
