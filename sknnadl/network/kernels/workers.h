/* The threads that share work, the same for all networks of a process.

   Tasks are taken by whoever is free, so their results may not depend on who does them,
   nor on when. A worker that is awake begins within a microsecond: for SPIN_NS after a
   job it looks out for the next one, and only then it sleeps. Where the machine has
   other things to do, which shows when a thread that looks out is not run for a while,
   none does so for some time: to wait would take from those that have work. Whoever
   asks for workers while they work for another thread, works alone. */
typedef void (*Task)(void *job, Py_ssize_t task, int worker);

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

enum { MOST_WORKERS = 64, SPIN_NS = 100000, PREEMPTED_NS = 500000, BUSY_NS = 20000000 };

/* `state` says in one word which job there is, whether it may be entered, and how many
   workers are inside. */
#define INSIDE ((uint64_t)0xffff)
#define OPEN ((uint64_t)1 << 16)
#define NUMBER(state) ((state) >> 17)

static struct {
    pthread_mutex_t owner; /* held by who shares its work */
    pthread_mutex_t mutex; /* for those that sleep */
    pthread_cond_t wakes, done;
    uint64_t state;
    int sleeping, owner_sleeps, count; /* workers that sleep, and that there are */
    int64_t busy_until;
    Task work;
    void *job;
    Py_ssize_t tasks, next;
    int threads;
} workers = {
    .owner = PTHREAD_MUTEX_INITIALIZER,
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .wakes = PTHREAD_COND_INITIALIZER,
    .done = PTHREAD_COND_INITIALIZER,
};

#define LOAD(x) __atomic_load_n(&workers.x, __ATOMIC_SEQ_CST)
#define STORE(x, value) __atomic_store_n(&workers.x, value, __ATOMIC_SEQ_CST)
#define ADD(x, value) __atomic_fetch_add(&workers.x, value, __ATOMIC_SEQ_CST)

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void pause_a_moment(void)
{
    for (int i = 0; i < 8; i++)
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#else
        __asm__ __volatile__("" ::: "memory");
#endif
}

/* Look out, for a while, until the state is another one than `seen` (of a worker), or
   nobody is inside (of the owner, for which `seen` is 0). Return whether it is so. */
static int look_out(uint64_t seen)
{
    int64_t start = nanoseconds(), before = start, now = start;
    for (; now - start < SPIN_NS && now >= LOAD(busy_until); before = now) {
        uint64_t state = LOAD(state);
        if (seen ? NUMBER(state) != NUMBER(seen) : !(state & INSIDE))
            return 1;
        pause_a_moment();
        now = nanoseconds();
        if (now - before > PREEMPTED_NS)
            STORE(busy_until, now + BUSY_NS);
    }
    return 0;
}

static void do_tasks(int worker)
{
    for (Py_ssize_t i; (i = ADD(next, 1)) < workers.tasks;)
        workers.work(workers.job, i, worker);
}

/* Whether the worker is inside the job of this state, with others that may come. */
static int enter(uint64_t state, int worker)
{
    while (state & OPEN && worker < LOAD(threads)) {
        if (__atomic_compare_exchange_n(&workers.state, &state, state + 1, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return 1;
    }
    return 0;
}

static void *live(void *number)
{
    int worker = (int)(intptr_t)number;
    uint64_t seen = LOAD(state);
    for (;;) {
        if (!look_out(seen | OPEN)) {
            pthread_mutex_lock(&workers.mutex);
            ADD(sleeping, 1);
            while (NUMBER(LOAD(state)) == NUMBER(seen))
                pthread_cond_wait(&workers.wakes, &workers.mutex);
            ADD(sleeping, -1);
            pthread_mutex_unlock(&workers.mutex);
        }
        seen = LOAD(state);
        if (!enter(seen, worker))
            continue;
        do_tasks(worker);
        ADD(state, -1);
        if (LOAD(owner_sleeps)) {
            pthread_mutex_lock(&workers.mutex);
            pthread_cond_signal(&workers.done);
            pthread_mutex_unlock(&workers.mutex);
        }
    }
    return NULL;
}

/* Start workers until there are so many, or no more can be had. Signals are for others:
   Python's handlers are for its own threads. */
static void hire(int count)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; workers.count < Py_MIN(count, MOST_WORKERS); workers.count++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, live, (void *)(intptr_t)(workers.count + 1)))
            break;
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void wait_for_workers(void)
{
    if (look_out(0))
        return;
    pthread_mutex_lock(&workers.mutex);
    STORE(owner_sleeps, 1);
    while (LOAD(state) & INSIDE)
        pthread_cond_wait(&workers.done, &workers.mutex);
    STORE(owner_sleeps, 0);
    pthread_mutex_unlock(&workers.mutex);
}

/* Do the tasks, on so many threads at most, of which the calling one is number 0. */
static void share(Py_ssize_t tasks, int threads, Task work, void *job)
{
    if (threads < 2 || tasks < 2 || pthread_mutex_trylock(&workers.owner)) {
        for (Py_ssize_t i = 0; i < tasks; i++)
            work(job, i, 0);
        return;
    }
    hire(threads - 1);
    workers.work = work;
    workers.job = job;
    workers.tasks = tasks;
    workers.next = 0;
    STORE(threads, threads);
    STORE(state, (NUMBER(LOAD(state)) + 1) << 17 | OPEN);
    if (LOAD(sleeping)) {
        pthread_mutex_lock(&workers.mutex);
        pthread_cond_broadcast(&workers.wakes);
        pthread_mutex_unlock(&workers.mutex);
    }
    do_tasks(0);
    __atomic_fetch_and(&workers.state, ~OPEN, __ATOMIC_SEQ_CST);
    wait_for_workers();
    pthread_mutex_unlock(&workers.owner);
}

/* A forked child has none of the workers, and whatever they and their owner held is
   free. */
static void forget_workers(void)
{
    pthread_mutex_init(&workers.owner, NULL);
    pthread_mutex_init(&workers.mutex, NULL);
    pthread_cond_init(&workers.wakes, NULL);
    pthread_cond_init(&workers.done, NULL);
    workers.state = 0;
    workers.sleeping = workers.owner_sleeps = workers.count = 0;
}

static int prepare_workers(void)
{
    return pthread_atfork(NULL, NULL, forget_workers);
}

#else /* no threads that this could use */

static void share(Py_ssize_t tasks, int threads, Task work, void *job)
{
    for (Py_ssize_t i = 0; i < tasks; i++)
        work(job, i, 0);
}

static int prepare_workers(void)
{
    return 0;
}
#endif
