// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Signals, through {@code sun.misc.Signal}: the JDK offers nothing else that hears them. It is
 * reached by reflection because javac warns of every mention of it, and because a runtime image may
 * lack the module jdk.unsupported.
 */
final class JvmSignals {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private JvmSignals() {}

  /** Undoes {@link #handle}. */
  @FunctionalInterface
  interface Registration {
    void restore();
  }

  /**
   * Handles a signal.
   *
   * @param name without SIG
   * @param received called on a thread of the JVM's with the signal's name
   * @throws UnavailableException when this JVM does not let it be handled
   */
  static Registration handle(String name, Consumer<String> received) throws UnavailableException {
    try {
      Class<?> signalType = Class.forName(SIGNAL);
      Class<?> handlerType = Class.forName(HANDLER);
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Object handler =
          Proxy.newProxyInstance(
              JvmSignals.class.getClassLoader(),
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

  private static void put(Method handle, Object signal, Object handler) {
    try {
      handle.invoke(null, signal, handler);
    } catch (ReflectiveOperationException e) {
      Messages.warn("a signal handler could not be restored: " + e.getMessage());
    }
  }

  /** A signal cannot be handled; the message says why. */
  static final class UnavailableException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    UnavailableException(@Nullable Throwable cause) {
      super(cause == null ? "no reason given" : cause.getMessage(), cause);
    }
  }
}
