// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.process.Signals;
import dev.holdfast.storage.Compression;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.KeyException;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.OpeningStoppedException;
import dev.holdfast.storage.StoreHeldException;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreRefusedException;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.UnsupportedFormatException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a job runs. The environment wins over what is said here, and this over {@code
 * holdfast.properties} in the working directory. Ends in {@link #main}, {@link #run} or {@link
 * #open}.
 */
public final class Job {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final Path PROPERTIES = Path.of("holdfast.properties");
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_NO_VERSION = 4;
  private static final int EXIT_HELD = 5;
  private static final int EXIT_BAD_DATA = 65;
  private static final int EXIT_IO = 74;
  static final int EXIT_CONFIGURATION = 78;

  private final String name;
  private @Nullable Path store;
  private @Nullable Duration mttf;
  private @Nullable CheckpointPolicy policy;
  private @Nullable Duration walltime;
  private @Nullable KeepRules keep;
  private @Nullable Boolean spare;
  private @Nullable Long memoryBytes;
  private @Nullable Integer writerThreads;
  private @Nullable Integer writerNice;
  private @Nullable Compression compression;
  private @Nullable Boolean lazyRestore;
  private @Nullable Path keyFile;
  private final Set<String> allowedChanges = new HashSet<>();
  private long lastStep = Long.MAX_VALUE;
  private @Nullable Path sandbox;
  private Disk disk = Disk.local();

  Job(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new HoldfastException(
          "job name \""
              + name
              + "\": use 1 to 100 of A-Z a-z 0-9 . _ - and begin with a letter, digit or _");
    }
    this.name = name;
  }

  /** The store's directory; otherwise {@code ./<job>.holdfast}. HOLDFAST_STORE wins. */
  public Job store(Path directory) {
    store = directory;
    return this;
  }

  /**
   * The mean time to failure of the whole job, all its nodes together; otherwise 24 h is assumed.
   * HOLDFAST_MTTF wins.
   */
  public Job mttf(Duration meanTimeToFailure) {
    mttf = meanTimeToFailure;
    return this;
  }

  /**
   * When to checkpoint; otherwise {@link CheckpointPolicy#adaptive}. One's own policy is a line:
   * {@code policy(now -> 600)} is every 600 s of work. HOLDFAST_POLICY wins.
   */
  public Job policy(CheckpointPolicy when) {
    policy = when;
    return this;
  }

  /**
   * How long the job may run, counted from the start of this process; otherwise without end. The
   * last checkpoint is durable before that, and the job then stops as if it had been asked to.
   * HOLDFAST_WALLTIME wins.
   */
  public Job walltime(Duration length) {
    walltime = length;
    return this;
  }

  /** How many of the newest versions to keep at least, 1 or more. HOLDFAST_KEEP wins. */
  public Job keep(int versions) {
    if (versions < 1) {
      throw new HoldfastException("keep(" + versions + "): keep 1 version or more");
    }
    keep = KeepRules.last(versions);
    return this;
  }

  /**
   * Which versions to keep at least, such as {@code "3, every 6h for 7d, at most 200GiB"}: the
   * newest three, and the newest of every six hours for a week, the oldest given up where they
   * would take more room than that. HOLDFAST_KEEP wins.
   */
  public Job keep(String rules) {
    try {
      keep = KeepText.parse("keep", rules);
    } catch (IllegalArgumentException e) {
      throw new HoldfastException(String.valueOf(e.getMessage()));
    }
    return this;
  }

  /**
   * Whether to keep a second version that shares no file with the newest, so that the loss of any
   * one file leaves one; yes unless said otherwise. HOLDFAST_SPARE wins.
   */
  public Job spare(boolean wanted) {
    spare = wanted;
    return this;
  }

  /**
   * The most memory to use beside the state, in bytes. Where a copy of the state does not fit,
   * hashes of its blocks are kept instead, and checkpoints block until what has changed is written.
   * HOLDFAST_MEMORY wins.
   */
  public Job memory(long bytes) {
    if (bytes < 0) {
      throw new HoldfastException("memory(" + bytes + "): write how many bytes, 0 or more");
    }
    memoryBytes = bytes;
    return this;
  }

  /**
   * How many threads Holdfast may use at once, to compress a version while the program goes on and
   * to find what has changed in large regions while it waits, 1 to 1024; otherwise as many as there
   * are processors. HOLDFAST_WRITER_THREADS wins.
   */
  public Job writerThreads(int threads) {
    writerThreads = Settings.writerThreads("writerThreads", String.valueOf(threads));
    return this;
  }

  /**
   * How much of a busy processor the threads that write a version leave to the program, on Linux:
   * 0, as much as to any other thread, to 19, all. HOLDFAST_WRITER_NICE wins; 0 otherwise.
   */
  public Job writerNice(int nice) {
    writerNice = Settings.writerNice("writerNice", String.valueOf(nice));
    return this;
  }

  /**
   * What compression is to make least: the time until a version is durable, for which level and
   * filters of each region are chosen by what this disk and these processors are seen to do, or the
   * bytes that are stored. HOLDFAST_COMPRESSION wins; {@link Compression#FAST} otherwise.
   */
  public Job compression(Compression wanted) {
    compression = wanted;
    return this;
  }

  /**
   * Whether memory of {@link Holdfast#allocate} is stored as it is, so that a restart can map it
   * (Linux): the loop begins at once and pays for what it touches. What was mapped is verified
   * while the program computes, and no version is made before that; should it be damaged, the
   * program ends, and the next attempt reads all before it believes any. HOLDFAST_LAZY_RESTORE
   * wins; not so otherwise, and not with a key.
   *
   * <p>The files of the store must stay as they are while the program runs: where one is cut, or
   * its disk fails, a touch throws an {@link InternalError}, anywhere, or ends the JVM.
   */
  public Job lazyRestore(boolean wanted) {
    lazyRestore = wanted;
    return this;
  }

  /**
   * The file that holds the key with which the store is sealed and encrypted: 64 hexadecimal digits
   * or 32 bytes, readable by its owner alone. Otherwise the store lies in the clear.
   * HOLDFAST_KEY_FILE wins.
   */
  public Job keyFile(Path file) {
    keyFile = file;
    return this;
  }

  /** Parameters that may have another value at a restart than the version recorded. */
  public Job allowChange(String... parameters) {
    allowedChanges.addAll(Set.of(parameters));
    return this;
  }

  /**
   * Stops, as if asked to, at the boundary at which so many steps are done: to compute in portions,
   * and for tests. Without it the job runs to its end.
   *
   * <p>Steps count over all loops and all attempts. Where that many are done already, a loop over
   * {@link Holdfast#steps} stops before its first step, a while-loop at its first {@link
   * Holdfast#tick}. A program that has fewer steps runs to its end.
   *
   * @param steps 1 or more
   */
  public Job stopAfter(long steps) {
    if (steps < 1) {
      throw new HoldfastException("stopAfter(" + steps + "): write how many steps, 1 or more");
    }
    lastStep = steps;
    return this;
  }

  /**
   * For tests: nothing comes from outside, and nothing goes there. No environment variable, no
   * {@code holdfast.properties} and no signal reaches the job; {@code HOLDFAST=off} neither. The
   * store, unless {@link #store} names another, and all output files lie in the folder: {@code
   * append("out/probe.csv")} in {@code <folder>/output/out/probe.csv}, and a path that is absolute
   * or leads out of the working directory in {@code <folder>/output/outside}, under its whole path.
   * Files that the program opens itself are where it puts them. The store is not encrypted: a key
   * file lies outside.
   *
   * @param folder created when it is missing
   */
  public Job sandbox(Path folder) {
    sandbox = folder.toAbsolutePath().normalize();
    return this;
  }

  /** For tests: another door to the disk. */
  Job disk(Disk other) {
    disk = other;
    return this;
  }

  /**
   * Runs the program and exits the JVM: 0 complete; 75 stopped at a version; 4 no usable version,
   * or what stands at the store's place is refused; 5 store held by another run or taken over; 65
   * store of a newer Holdfast; 74 the disk refused to let the store be opened or read; 78 a setting
   * or the key cannot work; 128 + n ended by signal n before the store was open; 1 failed.
   */
  public void main(Body body) {
    System.exit(exitCode(body));
  }

  private int exitCode(Body body) {
    Holdfast opened;
    try {
      opened = open();
    } catch (StoreException e) {
      return told(e, exitCode(e));
    } catch (HoldfastException e) {
      return told(e, EXIT_CONFIGURATION);
    }
    try {
      return run(opened, body).exitCode();
    } catch (Fenced e) {
      return told(e, EXIT_HELD);
    } catch (StoreException e) {
      return told(e, exitCode(e));
    } catch (HoldfastException | RestoreMismatchException e) {
      return told(e, EXIT_FAILED);
    } catch (Throwable e) {
      e.printStackTrace(); // the program's own failure, shown as the JVM would show it
      return EXIT_FAILED;
    }
  }

  /** The code that says what is the matter with a store, as the command has it. */
  private static int exitCode(StoreException failure) {
    return switch (failure) {
      case StoreHeldException e -> EXIT_HELD;
      case NoUsableVersionException e -> EXIT_NO_VERSION;
      case StoreRefusedException e -> EXIT_NO_VERSION;
      case OpeningStoppedException e -> Signals.exitCode(e.by());
      case KeyException e -> EXIT_CONFIGURATION;
      case UnsupportedFormatException e -> EXIT_BAD_DATA;
      case StoreIoException e -> EXIT_IO;
      default -> EXIT_FAILED;
    };
  }

  private static int told(Throwable failure, int code) {
    Messages.warn(String.valueOf(failure.getMessage()));
    return code;
  }

  /**
   * Runs the program and returns how it ended; for tests and for programs that go on afterwards.
   *
   * @throws Exception what the program throws; no version is made then
   * @throws StoreHeldException when another run holds the store
   * @throws NoUsableVersionException when versions exist and none can be used
   * @throws OpeningStoppedException when a signal ends the wait for a holder that cannot be judged
   */
  public Outcome run(Body body) throws Exception {
    return run(open(), body);
  }

  private static Outcome run(Holdfast opened, Body body) throws Exception {
    try (Holdfast hf = opened) {
      try {
        body.run(hf);
        return hf.engine().complete();
      } catch (Stopped e) {
        Outcome outcome = hf.engine().outcome();
        if (outcome == null) {
          throw e;
        }
        return outcome;
      } catch (Throwable e) {
        try {
          hf.engine().failed(e);
        } catch (RuntimeException second) {
          e.addSuppressed(second);
        }
        throw e;
      }
    }
  }

  /**
   * Opens the job's store; for try-with-resources. Say {@link Holdfast#complete} when every step is
   * done: closing alone cannot know whether an exception is under way, and writes no version.
   */
  public Holdfast open() {
    Path confines = sandbox;
    Map<String, String> environment = confines == null ? System.getenv() : Map.of();
    if (Settings.off(environment)) {
      return Holdfast.off();
    }
    Settings settings = conclude(environment);
    Function<String, Path> outputPath =
        confines == null ? AppendFile::pathOf : path -> outputIn(confines, path);
    Session.Manner manner = new Session.Manner(confines == null, lastStep, outputPath);
    Optional<Path> folder =
        confines == null ? Optional.of(AppendFile.pathOf("")) : Optional.empty();
    StoreOptions options = options(name, settings, folder, disk);
    return new Holdfast(new Session(name, settings, options, manner), "");
  }

  /** Where a sandbox keeps an output file; its folders are made. */
  private static Path outputIn(Path confines, String name) {
    Path path = Path.of(name).normalize();
    Path whole = path.toAbsolutePath().normalize();
    Path output = confines.resolve("output");
    boolean outside = path.isAbsolute() || path.startsWith("..");
    Path file =
        outside
            ? output.resolve("outside").resolve(whole.subpath(0, whole.getNameCount()).toString())
            : output.resolve(path);
    Path folder = file.getParent();
    if (folder != null) {
      created(folder);
    }
    return file;
  }

  private static Path created(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new HoldfastException("folder " + folder + " cannot be made: " + e.getMessage());
    }
  }

  /** A path that the locale cannot write arrives with replacement characters in it. */
  private static Settings nameable(Settings settings) {
    if (settings.store().toString().indexOf('\uFFFD') >= 0) {
      throw new HoldfastException(
          "store "
              + settings.store()
              + ": this locale cannot write the path; set LC_ALL=C.UTF-8 and try again");
    }
    return settings;
  }

  private Settings conclude(Map<String, String> environment) {
    Path confines = sandbox;
    Optional<Path> inside = Optional.ofNullable(confines).map(f -> created(f).resolve("store"));
    Settings.Told told =
        new Settings.Told(
            Optional.ofNullable(store).or(() -> inside),
            Optional.ofNullable(mttf),
            Optional.ofNullable(policy),
            Optional.ofNullable(walltime),
            Optional.ofNullable(keep),
            Optional.ofNullable(spare),
            Optional.ofNullable(memoryBytes),
            Optional.ofNullable(writerThreads),
            Optional.ofNullable(writerNice),
            Optional.ofNullable(compression),
            Optional.ofNullable(lazyRestore),
            Optional.ofNullable(keyFile).filter(file -> confines == null),
            Set.copyOf(allowedChanges));
    Properties file = confines == null ? properties() : new Properties();
    return conclude(name, told, environment, file);
  }

  /** What a job of this name runs with; settings that mean nothing are told. */
  private static Settings conclude(
      String name, Settings.Told told, Map<String, String> environment, Properties file) {
    Settings.unknown(environment, file).forEach(Messages::warn);
    try {
      return nameable(Settings.conclude(name, told, environment, file));
    } catch (IllegalArgumentException e) {
      throw new HoldfastException(String.valueOf(e.getMessage()));
    }
  }

  /** What a job runs with that has no builder, as one that is not a Java program. */
  static Settings settingsOf(String name, Map<String, String> environment) {
    return conclude(Holdfast.job(name).name, Settings.Told.NOTHING, environment, properties());
  }

  /**
   * The key with which a store is read from outside: of the file that HOLDFAST_KEY_FILE names, or
   * {@code key_file} in {@code holdfast.properties} in the working directory.
   *
   * @throws dev.holdfast.storage.KeyException when that file cannot be used
   */
  public static Keys keys(Map<String, String> environment) {
    return Settings.keys(environment, Optional.empty(), properties());
  }

  private static Properties properties() {
    Properties properties = new Properties();
    if (Files.isRegularFile(PROPERTIES)) {
      try (Reader reader = Files.newBufferedReader(PROPERTIES)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new HoldfastException(
            "holdfast.properties cannot be read: " + e.getMessage() + "; remove it or mend it");
      }
    }
    return properties;
  }

  /**
   * How a job's store is opened.
   *
   * @param folder to which the names of output files are relative, where whoever looks at the store
   *     later should know
   */
  static StoreOptions options(String name, Settings settings, Optional<Path> folder, Disk disk) {
    Map<String, String> about = new TreeMap<>();
    about.put("job", name);
    about.put("java", Runtime.version().toString());
    about.put("os", System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""));
    about.put("arch", System.getProperty("os.arch", ""));
    about.put("keep", settings.keep().toString()); // what prune goes by
    about.put("spare", settings.spare() ? "1" : "0");
    folder.ifPresent(path -> {
      about.put(StoreOptions.FOLDER, path.toString());
      about.put(StoreOptions.STORE, AppendFile.pathOf(settings.store().toString()).toString());
    });
    return new StoreOptions(
        disk,
        Time.SYSTEM,
        Disk.Access.OWNER,
        settings.keep(),
        settings.spare(),
        settings.compression(),
        settings.writerThreads(),
        StoreOptions.MAX_FILE_AGE_DEFAULT,
        settings.restarted(),
        settings.fresh(),
        settings.breakLock(),
        settings.previousEndEpochMs(),
        settings.keys(),
        about,
        Messages::info,
        Optional::empty);
  }
}
