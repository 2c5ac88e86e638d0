// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The script that starts a scheduler and keeps it alive as long as this JVM holds the other end of
 * its standard input, and the folder in which all of it happens.
 */
final class Keeper implements AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(20);

  private final Path folder;
  private final Process script;
  private final Writer orders;

  private Keeper(Path folder, Process script) {
    this.folder = folder;
    this.script = script;
    this.orders = script.outputWriter(UTF_8);
  }

  /**
   * Starts a script from the resources and waits until it says that it is ready.
   *
   * @param arguments what it is given after its folder
   */
  static Keeper start(String name, Map<String, String> environment, Object... arguments)
      throws IOException {
    // Not below /tmp, which a site may give to each job on its own.
    Path folder = Files.createTempDirectory(Path.of("/var/tmp"), "holdfast-cluster");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = folder.resolve(name);
    try (InputStream source = Keeper.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(source), file);
    }
    List<String> command = new ArrayList<>(List.of("bash", file.toString(), folder.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("PATH", System.getenv("PATH") + ":/usr/sbin:/sbin");
    Path err = folder.resolve(name + ".err");
    Keeper keeper = new Keeper(folder, builder.redirectError(err.toFile()).start());
    if (!"ready".equals(keeper.script.inputReader(UTF_8).readLine())) {
      String account = Files.readString(err);
      keeper.close();
      fail(name + " does not start: " + account);
    }
    return keeper;
  }

  Path folder() {
    return folder;
  }

  /** Tells the script something. */
  void order(String line) throws IOException {
    orders.write(line + "\n");
    orders.flush();
  }

  /** The first process of one of its hosts, which is the host: with it all others there end. */
  ProcessHandle first(String host) throws IOException {
    String pid = Files.readString(folder.resolve("run").resolve(host + ".pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid))
        .flatMap(unshare -> unshare.children().findFirst())
        .orElseThrow(() -> new AssertionError(host + " is not running"));
  }

  /** Ends everything that was started, and deletes the folder. */
  @Override
  public void close() throws IOException {
    try {
      orders.close();
    } catch (IOException e) {
      script.destroyForcibly(); // it listens no more; what it started dies with it
    }
    try {
      if (!script.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        script.destroyForcibly();
      }
      Await.until("nobody writes there any more", END_LIMIT, this::deleted, folder::toString);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** A process that is just dying may still make a file: then it is tried again. */
  private boolean deleted() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
      return true;
    } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException e) {
      return false;
    }
  }

  /** A port that is free, with so many after it. */
  static int freePorts(int more) throws IOException {
    Random random = new Random();
    for (int attempt = 0; attempt < 100; attempt++) {
      int first = 16_000 + random.nextInt(16_000); // below those that the system hands out
      if (areFree(first, first + more)) {
        return first;
      }
    }
    throw new IOException("no " + more + " free ports in a row");
  }

  private static boolean areFree(int first, int last) {
    for (int port = first; port <= last; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
