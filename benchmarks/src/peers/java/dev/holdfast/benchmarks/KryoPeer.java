// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Kryo's own streams over a file, then fsync; its classes are registered, as it recommends. */
final class KryoPeer extends FilePeer {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Kryo kryo = new Kryo();

  KryoPeer(Path folder) throws IOException {
    super("Kryo", folder);
    kryo.register(double[].class);
    kryo.register(double[][].class);
  }

  @Override
  void write(Path file, State state) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile());
        Output output = new Output(out, BUFFER_BYTES)) {
      kryo.writeObject(output, state.regions());
      output.flush();
      out.getFD().sync();
    }
  }

  @Override
  double[][] read(Path file, double[][] into) throws IOException {
    try (Input input = new Input(new FileInputStream(file.toFile()), BUFFER_BYTES)) {
      return kryo.readObject(input, double[][].class);
    }
  }
}
