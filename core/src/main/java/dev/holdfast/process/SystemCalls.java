// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The calls of the C library that are needed. Each returns its result, or -errno. */
interface SystemCalls {
  /** The size of a page. */
  int pageBytes();

  /** {@code syscall(number, argument)}, for what has no function of its own. */
  int call(long number, int argument);

  /** {@code open(path, flags)}. */
  int open(String path, int flags);

  /** {@code ioctl(descriptor, request, argument)}; the request writes into the argument. */
  int ioctl(int descriptor, long request, MemorySegment argument);

  /** {@code ioctl(descriptor, request, number)}. */
  int ioctl(int descriptor, long request, long number);

  /** {@code close(descriptor)}. */
  void close(int descriptor);

  /** {@code mmap(address, bytes, protection, flags, descriptor, offset)}: the address. */
  long mmap(long address, long bytes, int protection, int flags, int descriptor, long offset);

  /** {@code munmap(address, bytes)}. */
  void munmap(long address, long bytes);

  /** {@code madvise(address, bytes, advice)}. */
  int madvise(long address, long bytes, int advice);

  /** What was mapped, as memory; the arena unmaps it. */
  MemorySegment memory(long address, long bytes, Arena arena);

  /** {@code setpriority(which, who, nice)}. */
  int setPriority(int which, int who, int nice);

  /**
   * Those of this process.
   *
   * @throws IllegalCallerException when the JVM was told to refuse native access
   */
  static SystemCalls ofProcess() {
    return Native.ofProcess();
  }

  /** Calls the C library. */
  final class Native implements SystemCalls {
    private static @Nullable Native prepared;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle pageSize = handle("getpagesize", FunctionDescriptor.of(INT));
    private final MethodHandle close = handle("close", FunctionDescriptor.of(INT, INT));
    private final MethodHandle syscall =
        variadic("syscall", 1, FunctionDescriptor.of(LONG, LONG, INT));
    private final MethodHandle open = variadic("open", 2, FunctionDescriptor.of(INT, ADDRESS, INT));
    private final MethodHandle ioctlAddress =
        variadic("ioctl", 2, FunctionDescriptor.of(INT, INT, LONG, ADDRESS));
    private final MethodHandle ioctlNumber =
        variadic("ioctl", 2, FunctionDescriptor.of(INT, INT, LONG, LONG));

    private final MethodHandle mmap =
        handle(
            "mmap",
            FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG),
            Linker.Option.captureCallState("errno"));
    private final MethodHandle munmap = handle("munmap", FunctionDescriptor.of(INT, LONG, LONG));
    private final MethodHandle madvise =
        handle(
            "madvise",
            FunctionDescriptor.of(INT, LONG, LONG, INT),
            Linker.Option.captureCallState("errno"));

    private final MethodHandle setPriority =
        handle(
            "setpriority",
            FunctionDescriptor.of(INT, INT, INT, INT),
            Linker.Option.captureCallState("errno"));

    /** Prepared once, when they are wanted: that takes some 50 ms. */
    static synchronized Native ofProcess() {
      Native calls = prepared;
      if (calls == null) {
        calls = new Native();
        prepared = calls;
      }
      return calls;
    }

    @SuppressWarnings("restricted") // the JVM is asked for leave; if it refuses, nothing is tracked
    private static MethodHandle handle(
        String name, FunctionDescriptor type, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    private static MethodHandle variadic(String name, int fixed, FunctionDescriptor type) {
      return handle(
          name,
          type,
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(fixed));
    }

    /** A call that says by -1 that errno has the reason. */
    private interface Call {
      long run(Arena arena, MemorySegment state) throws Throwable;
    }

    private static int run(Call call) {
      return (int) runLong(call);
    }

    private static long runLong(Call call) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        long result = call.run(arena, state);
        return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
      } catch (Throwable e) { // a method handle says that it may throw anything; none of these does
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int pageBytes() {
      return run((arena, state) -> (int) pageSize.invokeExact());
    }

    @Override
    public int call(long number, int argument) {
      return run((arena, state) -> (long) syscall.invokeExact(state, number, argument));
    }

    @Override
    public int open(String path, int flags) {
      return run((arena, state) -> (int) open.invokeExact(state, arena.allocateFrom(path), flags));
    }

    @Override
    public int ioctl(int descriptor, long request, MemorySegment argument) {
      return run(
          (arena, state) -> (int) ioctlAddress.invokeExact(state, descriptor, request, argument));
    }

    @Override
    public int ioctl(int descriptor, long request, long number) {
      return run(
          (arena, state) -> (int) ioctlNumber.invokeExact(state, descriptor, request, number));
    }

    @Override
    public long mmap(
        long address, long bytes, int protection, int flags, int descriptor, long offset) {
      return runLong((arena, state) ->
          (long) mmap.invokeExact(state, address, bytes, protection, flags, descriptor, offset));
    }

    @Override
    public void munmap(long address, long bytes) {
      if (bytes > 0) {
        run((arena, state) -> (int) munmap.invokeExact(address, bytes));
      }
    }

    @Override
    public int madvise(long address, long bytes, int advice) {
      return run((arena, state) -> (int) madvise.invokeExact(state, address, bytes, advice));
    }

    @Override
    @SuppressWarnings("restricted") // as above
    public MemorySegment memory(long address, long bytes, Arena arena) {
      return MemorySegment.ofAddress(address)
          .reinterpret(bytes, arena, mapped -> munmap(mapped.address(), mapped.byteSize()));
    }

    @Override
    public int setPriority(int which, int who, int nice) {
      return run((arena, state) -> (int) setPriority.invokeExact(state, which, who, nice));
    }

    @Override
    public void close(int descriptor) {
      run((arena, state) -> (int) close.invokeExact(descriptor));
    }
  }
}
