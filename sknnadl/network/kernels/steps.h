/* Optimizers' steps, each in one pass over a part of the parameters.

   Of the parameters w, their gradient g and what is remembered of them, m and v, a step
   makes new w, m and v. Its function takes whole vectors, and what is left over of a
   part is copied into one. So where a part begins or ends changes no number's bits. */
#define STEP_ARGUMENTS                                                                 \
    Py_ssize_t start, Py_ssize_t stop, const Shrinkage *s, const double *numbers,      \
        REAL *w, const REAL *g, REAL *m, REAL *v

typedef struct {
    REAL l1, l2, keep;
    int is_none;
} NAME(Shrinkage);

TARGET static inline NAME(Shrinkage) NAME(shrinkage)(const Shrinkage *s)
{
    return (NAME(Shrinkage)){(REAL)s->l1, (REAL)s->l2, (REAL)s->keep,
                             s->l1 == 0 && s->l2 == 0 && s->keep == 1};
}

/* Multiply some weights by what is kept of them; return their gradient with the slope
   of the penalty, at the weights before. */
TARGET static inline VECTOR NAME(shrink)(NAME(Shrinkage) s, const REAL *g, VECTOR *w)
{
    VECTOR gradient = *(const VECTOR *)g, l1 = (VECTOR){0} + s.l1;
    if (s.is_none)
        return gradient;
    gradient += (VECTOR)((INDICES)l1 & (INDICES)(*w > 0))
                - (VECTOR)((INDICES)l1 & (INDICES)(*w < 0));
    gradient += s.l2 * *w;
    *w *= s.keep;
    return gradient;
}

TARGET static inline VECTOR NAME(square_root)(VECTOR x)
{
    for (int i = 0; i < LANES; i++)
        x[i] = SQUARE_ROOT(x[i]); /* one instruction, as errno is not asked for */
    return x;
}

/* w -= rate * g */
TARGET static void NAME(descend)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0];
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        *(VECTOR *)(w + i) = weights - rate * gradient;
    }
}

/* m = momentum * m + g; w -= rate * m, or rate * (g + momentum * m) to look ahead */
TARGET static void NAME(momentum)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0], momentum = (REAL)numbers[1];
    int is_ahead = numbers[2] != 0;
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        VECTOR velocity = momentum * *(VECTOR *)(m + i) + gradient;
        *(VECTOR *)(m + i) = velocity;
        if (is_ahead)
            velocity = momentum * velocity + gradient;
        *(VECTOR *)(w + i) = weights - rate * velocity;
    }
}

/* m and v are means of g and g^2; w -= rate * m / (factor * sqrt(v) + epsilon) */
TARGET static void NAME(adam)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0], epsilon = (REAL)numbers[1];
    REAL beta_1 = (REAL)numbers[2], new_1 = (REAL)(1 - numbers[2]);
    REAL beta_2 = (REAL)numbers[3], new_2 = (REAL)(1 - numbers[3]);
    REAL factor = (REAL)numbers[4];
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        VECTOR mean = beta_1 * *(VECTOR *)(m + i) + new_1 * gradient;
        VECTOR squares = beta_2 * *(VECTOR *)(v + i) + new_2 * (gradient * gradient);
        VECTOR root = factor * NAME(square_root)(squares) + epsilon;
        *(VECTOR *)(m + i) = mean;
        *(VECTOR *)(v + i) = squares;
        *(VECTOR *)(w + i) = weights - rate * (mean / root);
    }
}

/* m is the mean of g^2; w -= rate * g / (sqrt(m) + epsilon) */
TARGET static void NAME(rmsprop)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0], epsilon = (REAL)numbers[1];
    REAL rho = (REAL)numbers[2], new = (REAL)(1 - numbers[2]);
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        VECTOR squares = rho * *(VECTOR *)(m + i) + new * (gradient * gradient);
        VECTOR root = NAME(square_root)(squares) + epsilon;
        *(VECTOR *)(m + i) = squares;
        *(VECTOR *)(w + i) = weights - rate * (gradient / root);
    }
}

/* m is the sum of g^2; w -= rate * g / (sqrt(m) + epsilon) */
TARGET static void NAME(adagrad)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0], epsilon = (REAL)numbers[1];
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        VECTOR squares = *(VECTOR *)(m + i) + gradient * gradient;
        VECTOR root = NAME(square_root)(squares) + epsilon;
        *(VECTOR *)(m + i) = squares;
        *(VECTOR *)(w + i) = weights - rate * (gradient / root);
    }
}

/* m and v are means of g^2 and of step^2, where from the v before
   step = sqrt((v + epsilon) / (m + epsilon)) * g; w -= rate * step */
TARGET static void NAME(adadelta)(STEP_ARGUMENTS)
{
    NAME(Shrinkage) shrinkage = NAME(shrinkage)(s);
    REAL rate = (REAL)numbers[0], epsilon = (REAL)numbers[1];
    REAL rho = (REAL)numbers[2], new = (REAL)(1 - numbers[2]);
    for (Py_ssize_t i = start; i < stop; i += LANES) {
        VECTOR weights = *(VECTOR *)(w + i), steps = *(VECTOR *)(v + i);
        VECTOR gradient = NAME(shrink)(shrinkage, g + i, &weights);
        VECTOR squares = rho * *(VECTOR *)(m + i) + new * (gradient * gradient);
        VECTOR ratio = (steps + epsilon) / (squares + epsilon);
        VECTOR step = NAME(square_root)(ratio) * gradient;
        *(VECTOR *)(m + i) = squares;
        *(VECTOR *)(v + i) = rho * steps + new * (step * step);
        *(VECTOR *)(w + i) = weights - rate * step;
    }
}

/* Called through this table, each step is one piece of code for every part. */
static void (*const NAME(steps)[OPTIMIZERS])(STEP_ARGUMENTS) = {
    [DESCENT] = NAME(descend), [MOMENTUM] = NAME(momentum), [ADAM] = NAME(adam),
    [RMSPROP] = NAME(rmsprop), [ADAGRAD] = NAME(adagrad),   [ADADELTA] = NAME(adadelta),
};

/* A step on a part that is shrunk all alike. */
TARGET static void NAME(step_alike)(int optimizer, STEP_ARGUMENTS)
{
    Py_ssize_t left = (stop - start) % LANES, whole = stop - left;
    NAME(steps)[optimizer](start, whole, s, numbers, w, g, m, v);
    if (!left)
        return;
    REAL last[4][LANES] = {{0}}, *to[] = {w, m, v};
    const REAL *from[] = {w, m, v, g};
    for (int i = 0; i < 4; i++)
        if (from[i])
            memcpy(last[i], from[i] + whole, left * sizeof(REAL));
    NAME(steps)[optimizer](0, LANES, s, numbers, last[0], last[3], last[1], last[2]);
    for (int i = 0; i < 3; i++)
        if (to[i])
            memcpy(to[i] + whole, last[i], left * sizeof(REAL));
}

/* A step on the parameters from `start` to `stop`. What an optimizer does not remember
   may be NULL. */
TARGET static void NAME(step_part)(int optimizer, STEP_ARGUMENTS)
{
    static const Shrinkage none = {.keep = 1};
    Py_ssize_t middle = Py_MIN(Py_MAX(s->n_weights, start), stop);
    NAME(step_alike)(optimizer, start, middle, s, numbers, w, g, m, v);
    NAME(step_alike)(optimizer, middle, stop, &none, numbers, w, g, m, v);
}

typedef struct {
    int optimizer;
    Py_ssize_t start, stop;
    const Shrinkage *s;
    const double *numbers;
    REAL *w, *m, *v;
    const REAL *g;
} NAME(step_job);

TARGET static void NAME(step_task)(void *given, Py_ssize_t task, int worker)
{
    const NAME(step_job) *j = given;
    Py_ssize_t start = j->start + task * STEPPED_AT_A_TIME;
    NAME(step_part)(j->optimizer, start, Py_MIN(start + STEPPED_AT_A_TIME, j->stop),
                    j->s, j->numbers, j->w, j->g, j->m, j->v);
}

/* A step on some threads. */
TARGET static void NAME(share_step)(NAME(step_job) *job, int threads)
{
    Py_ssize_t count = job->stop - job->start;
    Py_ssize_t parts = (count + STEPPED_AT_A_TIME - 1) / STEPPED_AT_A_TIME;
    share(parts, parts < 4 ? 1 : threads, NAME(step_task), job);
}

TARGET static void NAME(optimizer_step)(int threads, int optimizer, STEP_ARGUMENTS)
{
    NAME(step_job) job = {optimizer, start, stop, s, numbers, w, m, v, g};
    NAME(share_step)(&job, threads);
}

/* The job's step, on `count` parameters from `start` on, whose gradient is `g`. */
TARGET static void NAME(step_some)(const NAME(step_job) *j, Py_ssize_t start,
                                   Py_ssize_t count, const REAL *g)
{
    Shrinkage s = *j->s;
    s.n_weights -= start;
    NAME(step_part)(j->optimizer, 0, count, &s, j->numbers, j->w + start, g,
                    j->m ? j->m + start : NULL, j->v ? j->v + start : NULL);
}
#undef STEP_ARGUMENTS
