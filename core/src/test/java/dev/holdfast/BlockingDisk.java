// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The local disk, on which writing to a file that is created after {@link #block} takes long. */
final class BlockingDisk implements AutoCloseable {
  private final CountDownLatch blocked = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean blocking;

  Disk disk() {
    return proxy(
        Disk.class,
        (method, arguments) -> {
          Object result = invoke(Disk.local(), method, arguments);
          return blocking && result instanceof DiskFile file && method.getName().equals("create")
              ? slow(file)
              : result;
        });
  }

  private DiskFile slow(DiskFile file) {
    return proxy(
        DiskFile.class,
        (method, arguments) -> {
          if (method.getName().equals("writeFully")) {
            blocked.countDown();
            released.await();
          }
          return invoke(file, method, arguments);
        });
  }

  private interface Handler {
    Object invoke(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> handler.invoke(method, arguments)));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  void block() {
    blocking = true;
  }

  /** Waits until something is being written. */
  void awaitBlocked() throws InterruptedException {
    assertTrue(blocked.await(60, TimeUnit.SECONDS), "nothing is being written");
  }

  boolean isReleased() {
    return released.getCount() == 0;
  }

  /** Writing goes on. */
  @Override
  public void close() {
    blocking = false;
    released.countDown();
  }
}
