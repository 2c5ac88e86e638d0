// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import java.io.Serial;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Signals, through {@code sun.misc.Signal}: the JDK offers nothing else that hears them. It is
 * reached by reflection because javac warns of every mention of it, and because a runtime image may
 * lack the module jdk.unsupported.
 */
public final class Signals {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  /** A process that a signal ended has this plus the signal's number, as in a shell. */
  private static final int ENDED_BY = 128;

  /** Signals that a person may want to read by name; the numbers are those of Linux. */
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("ILL", 4),
          Map.entry("ABRT", 6),
          Map.entry("BUS", 7),
          Map.entry("FPE", 8),
          Map.entry("KILL", 9),
          Map.entry("USR1", 10),
          Map.entry("SEGV", 11),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("TERM", 15),
          Map.entry("XCPU", 24),
          Map.entry("XFSZ", 25));

  private Signals() {}

  /**
   * The exit code of a process that ended by a signal.
   *
   * @param name with SIG or without
   */
  public static int exitCode(String name) {
    String plain = name.startsWith("SIG") ? name.substring("SIG".length()) : name;
    return ENDED_BY + NUMBERS.getOrDefault(plain, 15);
  }

  /** The signal that an exit code speaks of, without SIG; empty for a code of the process's own. */
  public static Optional<String> endedBy(int exitCode) {
    return NUMBERS.entrySet().stream()
        .filter(signal -> ENDED_BY + signal.getValue() == exitCode)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Undoes {@link #handle}. */
  @FunctionalInterface
  public interface Registration {
    /**
     * Puts the handler back that was there before.
     *
     * @throws UnavailableException when this JVM refuses
     */
    void restore() throws UnavailableException;
  }

  /**
   * Handles a signal.
   *
   * @param name without SIG
   * @param received called on a thread of the JVM's with the signal's name
   * @throws UnavailableException when this JVM does not let it be handled
   */
  public static Registration handle(String name, Consumer<String> received)
      throws UnavailableException {
    try {
      Class<?> signalType = Class.forName(SIGNAL);
      Class<?> handlerType = Class.forName(HANDLER);
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> invoked(proxy, method, arguments, name, received));
      Method handle = signalType.getMethod("handle", signalType, handlerType);
      Object before = handle.invoke(null, signal, handler);
      return () -> put(handle, signal, before);
    } catch (InvocationTargetException e) {
      throw new UnavailableException(e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new UnavailableException(e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself only
  private static Object invoked(
      Object proxy, Method method, Object[] arguments, String name, Consumer<String> received) {
    return switch (method.getName()) {
      case "handle" -> {
        received.accept(name);
        yield name; // ignored: handle returns nothing
      }
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> proxy == arguments[0];
      default -> "holdfast handler of SIG" + name;
    };
  }

  private static void put(Method handle, Object signal, Object handler)
      throws UnavailableException {
    try {
      handle.invoke(null, signal, handler);
    } catch (ReflectiveOperationException e) {
      throw new UnavailableException(e);
    }
  }

  /** A signal cannot be handled; the message says why. */
  public static final class UnavailableException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    UnavailableException(@Nullable Throwable cause) {
      super(cause == null ? "no reason given" : cause.getMessage(), cause);
    }
  }
}
