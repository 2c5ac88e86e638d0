// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How a store is opened for writing.
 *
 * @param disk the door to the disk
 * @param time clocks
 * @param access who may read and write what is created
 * @param keep what stays besides what retention needs anyway
 * @param spare whether two versions that share no file are kept, so that the loss of any one file
 *     leaves one restorable
 * @param compression what the encoding of blocks is to make least
 * @param writerThreads how many threads may encode a version at once, 1 or more
 * @param maxFileAge no version refers to a file older than this: sites delete old files
 * @param mustExist whether a missing store is an error, as for an attempt that the scheduler
 *     restarted
 * @param fresh whether an existing store is set aside, and nothing of it deleted
 * @param breakLock whether to take over from a holder that cannot be proven gone
 * @param previousEndEpochMs when the previous attempt ended, where a supervisor knows; otherwise
 *     its last sign of life counts
 * @param keys the key that seals and encrypts what is written, or none
 * @param environment what the records say of the machine and the program
 * @param tell receives what a person should know, line by line
 * @param stopAsked asked each second while the opening waits for a holder that cannot be judged: by
 *     what it is to be given up, in words such as SIGTERM; empty while it may go on
 */
public record StoreOptions(
    Disk disk,
    Time time,
    Access access,
    KeepRules keep,
    boolean spare,
    Compression compression,
    int writerThreads,
    Duration maxFileAge,
    boolean mustExist,
    boolean fresh,
    boolean breakLock,
    OptionalLong previousEndEpochMs,
    Keys keys,
    Map<String, String> environment,
    Consumer<String> tell,
    Supplier<Optional<String>> stopAsked) {
  /** Key of the environment: the folder to which the names of output files are relative. */
  public static final String FOLDER = "folder";

  /** Key of the environment: where the store was, for who finds it elsewhere. */
  public static final String STORE = "store";

  public static final Duration MAX_FILE_AGE_DEFAULT = Duration.ofDays(14);

  public StoreOptions {
    environment = Map.copyOf(environment);
  }

  /** The defaults: local disk, one version kept beside the spare, quiet. */
  public static StoreOptions defaults() {
    return new StoreOptions(
        Disk.local(),
        Time.SYSTEM,
        Access.OWNER,
        KeepRules.last(1),
        true,
        Compression.FAST,
        Runtime.getRuntime().availableProcessors(),
        MAX_FILE_AGE_DEFAULT,
        false,
        false,
        false,
        OptionalLong.empty(),
        Keys.NONE,
        Map.of(),
        line -> {},
        Optional::empty);
  }

  /** The same options with another disk. */
  public StoreOptions withDisk(Disk other) {
    return with(other, mustExist, fresh, keys, stopAsked);
  }

  /** The same options for an opening that can be given up. */
  public StoreOptions withStop(Supplier<Optional<String>> asked) {
    return with(disk, mustExist, fresh, keys, asked);
  }

  /** The same options with a key. */
  public StoreOptions withKeys(Keys other) {
    return with(disk, mustExist, fresh, other, stopAsked);
  }

  /** The same options for going on with the store that is there, sealed or not. */
  StoreOptions continuing() {
    return with(disk, false, false, keys.acceptingUnsealed(), stopAsked);
  }

  private StoreOptions with(
      Disk newDisk,
      boolean newMustExist,
      boolean newFresh,
      Keys newKeys,
      Supplier<Optional<String>> newStopAsked) {
    return new StoreOptions(
        newDisk,
        time,
        access,
        keep,
        spare,
        compression,
        writerThreads,
        maxFileAge,
        newMustExist,
        newFresh,
        breakLock,
        previousEndEpochMs,
        newKeys,
        environment,
        tell,
        newStopAsked);
  }
}
