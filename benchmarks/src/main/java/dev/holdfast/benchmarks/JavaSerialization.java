// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;

/**
 * {@code writeObject} into a buffered file, then fsync. Holdfast itself never serializes; here it
 * is measured.
 */
final class JavaSerialization extends FilePeer {
  private static final int BUFFER_BYTES = 1 << 20;

  JavaSerialization(Path folder) throws IOException {
    super("Java serialization", folder);
  }

  @Override
  void write(Path file, State state) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile());
        ObjectOutputStream objects =
            new ObjectOutputStream(new BufferedOutputStream(out, BUFFER_BYTES))) {
      objects.writeObject(state.regions());
      objects.flush();
      out.getFD().sync();
    }
  }

  @Override
  double[][] read(Path file, double[][] into) throws IOException, ClassNotFoundException {
    try (ObjectInputStream objects =
        new ObjectInputStream(
            new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES))) {
      return (double[][]) objects.readObject();
    }
  }
}
