// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PageTracking;
import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.format.Ledger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a computation from losing its work. A program declares its state, and its loop passes a
 * boundary after every step; now and then the state is captured there and made durable while the
 * program computes on. Started again after any end, the program goes on from the newest version.
 *
 * <pre>{@code
 * void main() {
 *   Holdfast.main("heat", hf -> {
 *     double[][] u = hf.protect("u", new double[ny][nx]);
 *     for (long step : hf.steps(1_000_000)) {
 *       relax(u);
 *     }
 *     report(u);
 *   });
 * }
 * }</pre>
 *
 * <p>There are three ways to name state. {@link #protect}: the object stays and is filled in place.
 * {@link #ref} and {@link #cell}: a variable that is assigned. {@link #bind}: the same for a field
 * of one's own. All state is declared before the first loop, by one thread.
 *
 * <p>While a boundary captures, no other thread may write protected state.
 */
public final class Holdfast implements AutoCloseable {
  private static final String STEPS = "steps";

  private final Engine engine;

  /** The engine's, kept at hand: a boundary touches nothing else. */
  private final Boundary boundary;

  private final String prefix;
  private final Arena arena;

  Holdfast(Engine engine, String prefix) {
    this(engine, prefix, Arena.ofShared());
  }

  private Holdfast(Engine engine, String prefix, Arena arena) {
    this.engine = engine;
    this.boundary = engine.boundary();
    this.prefix = prefix;
    this.arena = arena;
  }

  Engine engine() {
    return engine;
  }

  /**
   * Runs a program as job {@code job} and exits the JVM: 0 complete, 75 stopped at a version (run
   * it again), 4 no usable version, 5 store held by another run, 1 failed; {@link Job#main} has the
   * others.
   */
  public static void main(String job, Body body) {
    try {
      job(job).main(body);
    } catch (HoldfastException e) {
      Messages.warn(String.valueOf(e.getMessage()));
      System.exit(Job.EXIT_CONFIGURATION);
    }
  }

  /** Says more about how a job runs. */
  public static Job job(String name) {
    return new Job(name);
  }

  /** Opens job {@code job} for try-with-resources; see {@link Job#open}. */
  public static Holdfast open(String job) {
    return job(job).open();
  }

  /**
   * The same calls without effect: no store, no thread, no signal handler; output files are written
   * as by a program without Holdfast. The environment variable HOLDFAST=off does the same.
   */
  public static Holdfast off() {
    return new Holdfast(new OffEngine(), "");
  }

  /** The same job with names that begin with {@code name} and a slash; for constructors. */
  public Holdfast scope(String name) {
    return new Holdfast(engine, prefix + name + "/", arena);
  }

  /**
   * Protects an object that stays: a primitive array of any nesting, a writable {@link
   * MemorySegment}, a restorable generator of commons-rng or a {@link java.util.Random}. On restart
   * it is filled in place, at the first {@link #steps} or {@link #restore}.
   *
   * @param name unique in the job
   * @return {@code state} itself
   * @throws IllegalArgumentException when it cannot be restored exactly, naming what can
   */
  public <A> A protect(String name, A state) {
    engine.add(Regions.protect(prefix + name, state));
    return state;
  }

  /**
   * Protects a one-dimensional array of numbers or a {@link MemorySegment} of which the program
   * says itself what it changes: a capture looks at nothing else of it.
   *
   * @param changes new; is told of changes from now on
   * @return {@code state} itself
   * @throws IllegalArgumentException when it is something else, or {@code changes} has a region
   */
  public <A> A protect(String name, A state, DeclaredChanges changes) {
    engine.add(Regions.protect(prefix + name, state, changes));
    return state;
  }

  /** Protects an object that stays and is filled in place by its codec. */
  public <T> T protect(String name, T object, InPlaceCodec<T> codec) {
    engine.add(Regions.protect(prefix + name, object, codec));
    return object;
  }

  /**
   * Allocates protected memory outside the heap, zeroed. It is freed when the job is closed.
   *
   * <p>This is the state that is cheapest to checkpoint when little of it changes: of 4 MiB or more
   * the kernel can say which pages were written since the last checkpoint (Linux 6.7 or later, if
   * the sandbox allows it; {@code holdfast doctor} says whether), so that a boundary waits for what
   * has changed and not for what there is. The program pays about a microsecond for its first write
   * to each page of 4 KiB after a checkpoint; where that costs more than comparing everything, or
   * the kernel refuses, everything is compared. It lies in huge pages where the kernel has them for
   * who asks, so that a restart fills it sooner, unless it is restored lazily.
   *
   * <p>Writes by other threads and by system calls count like the program's own. A device that
   * writes to memory by itself (RDMA, buffers registered with io_uring) goes unseen: give it memory
   * of an arena of your own and {@link #protect} that, which is always compared.
   *
   * @param bytes its size
   * @param alignBytes its alignment, a power of two
   * @throws IllegalArgumentException when it is none
   */
  public MemorySegment allocate(String name, long bytes, long alignBytes) {
    if (Long.bitCount(alignBytes) != 1 || alignBytes < 1) {
      throw new IllegalArgumentException(
          "region %s: an alignment of %d bytes; it must be a power of two, such as 8"
              .formatted(prefix + name, alignBytes));
    }
    if (bytes < PageTracking.MEMORY_BYTES_MIN) {
      return protect(name, arena.allocate(bytes, alignBytes));
    }
    long page = PageTracking.ALIGN_BYTES;
    long whole = Math.ceilDiv(bytes, page) * page;
    long align = Math.max(alignBytes, page);
    String full = prefix + name;
    boolean lazy = engine.lazyRestore();
    try {
      PrivatePages memory = PrivatePages.ofProcess();
      return lazy
          ? add(full, memory.allocate(arena, whole, align), bytes, memory)
          : add(full, memory.allocateHuge(arena, whole, align), bytes, null);
    } catch (RefusedException e) {
      if (lazy) {
        Messages.warn("region " + full + " is not restored lazily: " + e.reason());
      }
    }
    return add(full, arena.allocate(whole, align), bytes, null);
  }

  private MemorySegment add(
      String full, MemorySegment pages, long bytes, @Nullable PrivatePages mapper) {
    engine.add(Regions.allocated(full, pages, bytes, PageTracking::ofProcess, mapper));
    return pages.asSlice(0, bytes);
  }

  /**
   * A variable that is assigned: a scalar, text, an enum, a record or an array of these, of any
   * size at any time.
   */
  public <T> Ref<T> ref(String name, T initial) {
    Ref<T> ref = new Ref<>(initial);
    engine.add(Regions.variable(prefix + name, ref::get, ref::set, null));
    return ref;
  }

  /** A variable of any type that has a codec. */
  public <T> Ref<T> ref(String name, T initial, Codec<T> codec) {
    Ref<T> ref = new Ref<>(initial);
    engine.add(Regions.variable(prefix + name, ref::get, ref::set, codec));
    return ref;
  }

  /** A number that is assigned. */
  public LongCell cell(String name, long initial) {
    LongCell cell = new LongCell(initial);
    engine.add(Regions.cell(prefix + name, cell));
    return cell;
  }

  /** A number that is assigned. */
  public DoubleCell cell(String name, double initial) {
    DoubleCell cell = new DoubleCell(initial);
    engine.add(Regions.cell(prefix + name, cell));
    return cell;
  }

  /** A field of one's own, by getter and setter; what {@link #ref} takes, this takes too. */
  public <T> void bind(String name, Supplier<T> get, Consumer<T> set) {
    engine.add(Regions.variable(prefix + name, get, set, null));
  }

  /** A field of any type that has a codec. */
  public <T> void bind(String name, Supplier<T> get, Consumer<T> set, Codec<T> codec) {
    engine.add(Regions.variable(prefix + name, get, set, codec));
  }

  /**
   * Records a value that the result depends on, such as a size or a seed. Another value at a
   * restart is an error that names both, unless {@link Job#allowChange} allows it.
   *
   * @return {@code value} itself
   */
  public <T> T parameter(String name, T value) {
    engine.parameter(prefix + name, Parameters.text(prefix + name, value));
    return value;
  }

  /** An output file that is cut back on restart to what it held at the version. */
  public AppendFile append(String path) {
    return engine.append(path);
  }

  /**
   * Fills all declared state from the newest usable version, once. {@link #steps} does it by
   * itself; while-loops and derived data need it by name.
   *
   * @return the steps done, 0 for a fresh start
   * @throws RestoreMismatchException when declarations and version differ, before any state is
   *     touched
   */
  public long restore() {
    return engine.restore();
  }

  /** Whether state was restored from a version; after {@link #restore} or {@link #steps}. */
  public boolean restarted() {
    return engine.restarted();
  }

  /**
   * The steps of the program's only loop: from 0, or from the step after the newest version, to
   * {@code count - 1}. Between two steps is a boundary.
   */
  public Iterable<Long> steps(long count) {
    return steps(STEPS, count);
  }

  /**
   * The steps of one of several loops that run one after another, each with its own counter.
   *
   * @param phase the loop's name
   */
  public Iterable<Long> steps(String phase, long count) {
    return () -> iterate(prefix + phase, count);
  }

  private Iterator<Long> iterate(String phase, long count) {
    engine.restore();
    return new StepLoop(engine, boundary, engine.phases().begin(phase, count), count);
  }

  /**
   * A boundary, for while-loops: call {@link #restore} before the loop and this after every step.
   */
  public void tick() {
    if (boundary.step()) {
      engine.attend();
    }
  }

  /** Whether the next boundary would capture or stop. */
  public boolean due() {
    return engine.due();
  }

  /**
   * Captures a version now, due or not. Returns when the state has been copied; {@link
   * Version#awaitDurable} waits for the disk. That is also so while the version before is being
   * written, as long as there is memory for what has changed since: 64 MiB, and of a third version
   * none.
   *
   * <p>The state must be that of a boundary, because a restart goes on with the step that follows
   * it: in a loop over {@link #steps} call this before the step changes anything, in a while-loop
   * right after {@link #tick}.
   */
  public Version checkpoint() {
    return engine.checkpoint();
  }

  /** Asks the job to stop at its next boundary, as a signal does. Any thread may call it. */
  public void stop() {
    engine.stop("the program asked");
  }

  /**
   * Every step is done: makes the final state durable. {@link Job#run} and {@link #main} call it.
   */
  public Outcome complete() {
    return engine.complete();
  }

  /** Where the job's time went, over all attempts until now. */
  public Ledger ledger() {
    return engine.ledger();
  }

  /** What checkpoints have cost in this attempt. */
  public Metrics metrics() {
    return engine.metrics();
  }

  /** Ends the attempt; writes no version. */
  @Override
  public void close() {
    engine.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
