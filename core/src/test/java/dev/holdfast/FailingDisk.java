// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** The local disk, which refuses some operations in the store's log while it is told to. */
final class FailingDisk {
  private final Set<String> operations;
  private volatile boolean failing;

  /**
   * @param operations the names of methods of {@link Disk}
   */
  FailingDisk(String... operations) {
    this.operations = Set.of(operations);
  }

  void fail(boolean from) {
    failing = from;
  }

  Disk disk() {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (failing && operations.contains(method.getName()) && inLog(arguments)) {
                throw new IOException("No space left on device");
              }
              try {
                return method.invoke(Disk.local(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static boolean inLog(Object[] arguments) {
    return Arrays.stream(arguments)
        .anyMatch(argument ->
            argument instanceof Path path
                && (path.endsWith("log") || path.resolveSibling("").endsWith("log")));
  }
}
