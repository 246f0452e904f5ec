"""What the benchmarks of speed share: libraries that take turns, and their table."""

import statistics
import time

#: How sknnadl is called where it goes without its compiled kernels.
IN_NUMPY = "sknnadl in NumPy"
#: For so many seconds at most the threads of PyTorch's OpenMP look out for more work.
PAUSE = 0.25


def take_turns(functions, repeats, clock=time.perf_counter, pause=0.0):
    """Return the median seconds of each function; the first turn warms up.

    The functions take turns, so that a change of the machine's speed meets all. The
    clock is the wall's, or `time.process_time`, that of the process on all processors.
    Where they use threads, a pause lets those of the one before go to sleep.
    """
    seconds = {name: [] for name in functions}
    for turn in range(repeats + 1):
        for name, function in functions.items():
            time.sleep(pause)
            start = clock()
            function()
            if turn:
                seconds[name].append(clock() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def best_of_pytorch(seconds):
    """Return the times with those of PyTorch's variants replaced by the best."""
    variants = [name for name in seconds if name.startswith("PyTorch")]
    best = min(seconds[name] for name in variants)
    others = {name: s for name, s in seconds.items() if name not in variants}
    ours = {"sknnadl": others.pop("sknnadl")}
    return {**ours, "PyTorch": best, **others}


def print_header(*columns):
    """Print the head of a table."""
    print(f"| {' | '.join(columns)} |")
    print("| --- |" + " ---: |" * (len(columns) - 1))


def print_ratios(first_cells, seconds, n_rows):
    """Print a line for each library: microseconds a row, and sknnadl's over its.

    The last column has sknnadl's time without compiled kernels, where it is known.
    """
    for library, its in best_of_pytorch(seconds).items():
        cells = [*first_cells, library, f"{its / n_rows * 1e6:.2f}"]
        ours = [seconds[name] for name in ("sknnadl", IN_NUMPY) if name in seconds]
        cells += [f"{own / its:.3f}" for own in ours]
        print_row(cells)


def print_row(cells):
    """Print a line of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def add_options(parser):
    """Add the options that the benchmarks have in common."""
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--repeats", type=int, default=5, help="default: 5")
