// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionSchema;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Names the threads that may have written protected state during capture. Nothing in Java tells who
 * wrote an address; but the boundary is reached by one thread while all others should be idle, so
 * those that are running their own code now are the suspects.
 */
final class WriterReport {
  private static final int THREADS_MAX = 8;

  private WriterReport() {}

  /**
   * The error for a region that changed.
   *
   * @param offset of the first byte that differs
   */
  static ConcurrentWriteException changed(RegionSchema schema, long offset) {
    return new ConcurrentWriteException(
        String.format(
            Locale.ROOT,
            "region %s changed during capture at element %,d (byte %,d of %,d). No other thread may"
                + " write protected state while the loop is at a boundary: wait for workers before"
                + " the step ends. %s",
            schema.name(),
            offset / schema.elementType().widthBytes(),
            offset,
            schema.sizeBytes(),
            suspects(Thread.getAllStackTraces(), Thread.currentThread())));
  }

  /**
   * The error for a region that differs from what was captured although its changes are declared.
   *
   * @param offset of the first byte that differs
   */
  static UndeclaredChangeException undeclared(RegionSchema schema, long offset) {
    int width = schema.elementType().widthBytes();
    long block = offset >>> schema.blockLog2();
    long first = block << schema.blockLog2();
    long behind = Math.min(first + schema.blockSizeBytes(), schema.sizeBytes());
    return new UndeclaredChangeException(
        String.format(
            Locale.ROOT,
            "region %s changed at element %,d, in block %,d (elements %,d to %,d), and was not"
                + " touched there: call touched for every element that is written, or protect the"
                + " region without DeclaredChanges (it may also have been written during capture)",
            schema.name(),
            offset / width,
            block,
            first / width,
            behind / width - 1));
  }

  static String suspects(Map<Thread, StackTraceElement[]> stacks, Thread caller) {
    List<Map.Entry<Thread, StackTraceElement[]>> others =
        stacks.entrySet().stream()
            .filter(entry -> isUserThread(entry.getKey(), caller) && entry.getValue().length > 0)
            .sorted(Comparator.comparing(entry -> entry.getKey().getName()))
            .toList();
    List<Map.Entry<Thread, StackTraceElement[]>> running =
        others.stream().filter(e -> e.getKey().getState() == Thread.State.RUNNABLE).toList();
    if (!running.isEmpty()) {
      return "Running now: " + named(running);
    }
    return others.isEmpty()
        ? "No other thread is alive now; it may have been a virtual one, or has ended."
        : "No other thread is running now; alive: " + named(others);
  }

  private static boolean isUserThread(Thread thread, Thread caller) {
    ThreadGroup group = thread.getThreadGroup();
    return !thread.equals(caller)
        && !thread.getName().startsWith("holdfast-")
        && group != null
        && group.getParent() != null // the system group holds the JVM's own threads
        && !group.getName().equals("InnocuousThreadGroup");
  }

  private static String named(List<Map.Entry<Thread, StackTraceElement[]>> threads) {
    String names =
        threads.stream()
            .limit(THREADS_MAX)
            .map(entry -> "\"" + entry.getKey().getName() + "\" at " + place(entry.getValue()))
            .collect(Collectors.joining(", "));
    int more = threads.size() - THREADS_MAX;
    return more > 0 ? names + " and " + more + " more" : names;
  }

  /** The innermost frame that is not the Java library's. */
  private static String place(StackTraceElement[] stack) {
    StackTraceElement shown = stack[0];
    for (StackTraceElement frame : stack) {
      String module = frame.getModuleName();
      if (module == null || !(module.startsWith("java.") || module.startsWith("jdk."))) {
        shown = frame;
        break;
      }
    }
    return String.format(
        Locale.ROOT,
        "%s.%s(%s:%d)",
        shown.getClassName(),
        shown.getMethodName(),
        shown.getFileName(),
        shown.getLineNumber());
  }
}
