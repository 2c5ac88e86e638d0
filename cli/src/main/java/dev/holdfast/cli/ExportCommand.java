// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Writes one region of a version into a file that other tools read. */
@Command(
    name = "export",
    description =
        "Write one region: raw little-endian bytes, or .npy for numpy.load. A file that exists is"
            + " never replaced.",
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {
  private static final int NPY_ALIGN = 64;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Main main;

  @Parameters(
      paramLabel = "STORE@VERSION:REGION",
      description = "For example heat.holdfast@12:field; @newest:field for the newest version.")
  private String address = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; without it, or for -, standard output.")
  private @Nullable Path output;

  @Option(
      names = "--format",
      paramLabel = "raw|npy",
      description = "Without it npy for a FILE.npy, otherwise raw.")
  private @Nullable Format format;

  /** Layouts of an exported region. */
  enum Format {
    RAW,
    NPY
  }

  @Override
  public Integer call() throws IOException {
    StoreAddress where = StoreAddress.parse(address);
    String name =
        where
            .region()
            .orElseThrow(() ->
                new CommandException(
                    ExitCode.USAGE,
                    "\"" + address + "\" names no region; write STORE@VERSION:REGION"));
    Store store = where.openStore();
    try (StoredVersion version = where.openVersion(store)) {
      int region = version.regionNamed(name);
      if (region < 0) {
        throw new CommandException(
            ExitCode.USAGE,
            "version " + version.number() + " has no region \"" + name + "\"; " + has(version));
      }
      write(version, region);
      PrintWriter err = spec.commandLine().getErr();
      int code = PassedOver.tell(store, err);
      if (code != ExitCode.DONE) {
        err.println("holdfast: what was written is of version " + version.number());
      }
      return code;
    }
  }

  private static String has(StoredVersion version) {
    List<String> names = version.info().regions().stream().map(RegionSchema::name).toList();
    return "it has " + String.join(", ", names);
  }

  private void write(StoredVersion version, int region) throws IOException {
    Path to = output;
    if (to == null || to.toString().equals("-")) {
      if (Terminal.isInteractive()) {
        throw new CommandException(
            ExitCode.USAGE, "a region is binary: name a file with -o, or redirect the output");
      }
      write(version, region, Channels.newChannel(main.output())::write);
      main.output().flush();
      return;
    }
    try (DiskFile file = Disk.local().create(to, Access.UMASK)) {
      writeWhole(version, region, to, file);
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.CANNOT_CREATE, to + " exists; export replaces nothing: name another file");
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_CREATE, new StoreIoException("writing", to, e).getMessage());
    }
  }

  /** Leaves no file that looks like a whole region and is not. */
  private void writeWhole(StoredVersion version, int region, Path to, DiskFile file)
      throws IOException {
    boolean whole = false;
    long[] position = {0};
    try {
      write(
          version,
          region,
          bytes -> {
            int count = bytes.remaining();
            file.writeFully(bytes, position[0]);
            position[0] += count;
            return count;
          });
      file.sync();
      whole = true;
    } finally {
      if (!whole) {
        Files.deleteIfExists(to);
      }
    }
  }

  /** Takes bytes in order. */
  private interface Sink {
    int write(ByteBuffer bytes) throws IOException;
  }

  private void write(StoredVersion version, int region, Sink sink) throws IOException {
    RegionSchema schema = version.info().regions().get(region);
    if (format() == Format.NPY) {
      sink.write(ByteBuffer.wrap(npyHeader(schema)));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(schema.blockSizeBytes(), 8);
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment bytes = buffer.asSlice(0, schema.blockLengthBytes(block));
        version.readBlock(region, block, bytes);
        sink.write(bytes.asByteBuffer());
      }
    }
  }

  private Format format() {
    if (format != null) {
      return format;
    }
    boolean npy = output != null && output.toString().endsWith(".npy");
    return npy ? Format.NPY : Format.RAW;
  }

  /** The header of numpy's format 1.0: magic, length, a Python dictionary padded to 64 bytes. */
  static byte[] npyHeader(RegionSchema schema) {
    List<String> extents = new ArrayList<>();
    schema.shape().forEach(extent -> extents.add(Long.toString(extent)));
    if (!shapeFits(schema)) {
      extents.clear();
      extents.add(Long.toString(schema.sizeBytes() / schema.elementType().widthBytes()));
    }
    String shape = String.join(", ", extents) + (extents.size() == 1 ? "," : "");
    String dictionary =
        Text.format(
            "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
            npyType(schema.elementType()), shape);
    int unpadded = 10 + dictionary.length() + 1;
    int padding = -unpadded & (NPY_ALIGN - 1);
    String text = dictionary + " ".repeat(padding) + "\n";
    byte[] header = new byte[10 + text.length()];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    System.arraycopy(magic, 0, header, 0, magic.length);
    header[8] = (byte) text.length();
    header[9] = (byte) (text.length() >> 8);
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, header, 10, ascii.length);
    return header;
  }

  /** A jagged array's shape does not multiply to its size: it is exported as one row. */
  private static boolean shapeFits(RegionSchema schema) {
    long elements = 1;
    for (long extent : schema.shape()) {
      elements *= extent;
    }
    return !schema.shape().isEmpty()
        && elements * schema.elementType().widthBytes() == schema.sizeBytes();
  }

  private static String npyType(ElementType type) {
    return switch (type) {
      case OPAQUE -> "|u1";
      case BYTE -> "|i1";
      case BOOLEAN -> "|b1";
      case SHORT -> "<i2";
      case CHAR -> "<u2";
      case INT -> "<i4";
      case LONG -> "<i8";
      case FLOAT -> "<f4";
      case DOUBLE -> "<f8";
    };
  }
}
