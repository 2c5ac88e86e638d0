// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Note;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects what a {@link Verifier} finds, from all its threads. */
final class Findings {
  private final VerifyOptions options;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private int files;
  private long bytes;
  private long totalBytes;
  private long blockBytes;
  private long readBytes;

  Findings(VerifyOptions options) {
    this.options = options;
  }

  /**
   * Damage.
   *
   * @param number the record whose file it is; 0 for other files
   */
  synchronized void add(long number, Path file, String what) {
    Optional<String> none = Optional.empty();
    findings.add(new Finding(number, file.toString(), -1, what, none, none, List.of()));
  }

  synchronized void add(long number, Path file, StoreException e) {
    if (e instanceof DamagedException d) {
      findings.add(
          new Finding(number, d.file(), d.offset(), d.what(), d.expected(), d.actual(), List.of()));
    } else {
      add(number, file, e.getMessage());
    }
  }

  /** Takes down what is found of the output files of a version. */
  OutputCheck.Listener ofOutputs(long version) {
    return new OutputCheck.Listener() {
      @Override
      public void looked(OutputMark mark) {
        count(mark.bytes());
      }

      @Override
      public void wrong(Path file, StoreException e) {
        String what = e instanceof DamagedException d ? d.what() : e.getMessage();
        addOutput(file, what + "; a restart passes version " + version + " over", version);
      }

      @Override
      public void unseen(Path file, String why) {
        note(file, why);
      }
    };
  }

  private synchronized void addOutput(Path file, String what, long version) {
    Optional<String> none = Optional.empty();
    findings.add(new Finding(0, file.toString(), -1, what, none, none, List.of(version)));
  }

  /**
   * A failure to read one file is a finding; one that may meet every file, or that says nothing of
   * what the file holds, such as a want of permission, ends the walk.
   */
  void add(long number, Path file, IOException e) throws IOException {
    RecordFile.passOver(e);
    add(number, file, StoreIoException.describe("reading", file, e));
  }

  synchronized void note(Path file, String what) {
    notes.add(new Note(file.toString(), what));
  }

  /** A file that was looked at. */
  synchronized void count(long fileBytes) {
    files++;
    bytes += fileBytes;
  }

  int files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** About how many bytes there are to read. */
  void expect(long allBytes) {
    totalBytes = allBytes;
  }

  /** Stored bytes of blocks, read or not. */
  synchronized void countBlocks(long stored) {
    blockBytes += stored;
  }

  /** Stored bytes of a block that was read. */
  synchronized void countRead(long stored) {
    readBytes += stored;
    options.progress().at(readBytes, totalBytes);
  }

  Optional<VerifyReport.Sample> sample() {
    return options.share() == 1
        ? Optional.empty()
        : Optional.of(
            new VerifyReport.Sample(options.share(), options.seed(), blockBytes, readBytes));
  }

  /** All of them by file and place: threads may have found them in any order. */
  List<Finding> findings() {
    return findings.stream()
        .sorted(Comparator.comparingLong(Finding::number).thenComparingLong(Finding::offset))
        .toList();
  }

  List<Note> notes() {
    return notes;
  }
}
