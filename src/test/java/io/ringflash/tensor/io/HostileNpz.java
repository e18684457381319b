package io.ringflash.tensor.io;

import io.ringflash.tensor.io.ZipBytes.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** {@code .npz} files that must be refused. */
final class HostileNpz {
  private static final byte[] VECTOR = NpyBytes.vector(5);

  private final List<HostileFile> files = new ArrayList<>();

  static List<HostileFile> all() {
    HostileNpz corpus = new HostileNpz();
    corpus.files.addAll(HostileFile.truncations(".npz", ZipBytes.of(q()).build()));
    corpus.names();
    corpus.methodsAndFlags();
    corpus.sizesAndChecksums();
    corpus.localHeaders();
    corpus.overlaps();
    corpus.descriptors();
    corpus.ends();
    corpus.zip64();
    corpus.extras();
    corpus.contents();
    corpus.bytes();
    return corpus.files;
  }

  private static Entry q() {
    return Entry.stored("q.npy", VECTOR);
  }

  private static Entry deflated() {
    return Entry.deflated("q.npy", VECTOR);
  }

  private static Entry change(Entry entry, Consumer<Entry> change) {
    change.accept(entry);
    return entry;
  }

  private void add(String name, byte[] bytes) {
    files.add(new HostileFile(name, ".npz", bytes));
  }

  private void entries(String name, Entry... entries) {
    add(name, ZipBytes.of(entries).build());
  }

  private void entry(String name, Consumer<Entry> change) {
    entries(name, change(q(), change));
  }

  private void archive(String name, Consumer<ZipBytes> change) {
    ZipBytes zip = ZipBytes.of(q());
    change.accept(zip);
    add(name, zip.build());
  }

  private void names() {
    String[] names = {
      "../q.npy",
      "a/../../q.npy",
      "a/..",
      "..",
      "/q.npy",
      "/etc/passwd.npy",
      "a\\q.npy",
      "..\\q.npy",
      "C:q.npy",
      "C:/q.npy",
      "",
      "q",
      "q.txt",
      "q.npy/",
      "q.npy\0",
      "a/",
      "\u001b[2J\n",
      "\u202eypn.q",
    };
    for (String name : names) {
      entry("name " + Printable.escape(name), entry -> entry.name(name));
    }
    entries("same name twice", q(), q());
    entries("same name twice, stored and deflated", q(), deflated());
    entries("three entries, first and last of one name", q(), q().name("k.npy"), q());
    byte[] latin = ZipBytes.of(q().name("é.npy")).build();
    for (int i = 0; i + 1 < latin.length; i++) {
      if (latin[i] == (byte) 0xC3 && latin[i + 1] == (byte) 0xA9) {
        latin[i + 1] = 'a';
      }
    }
    add("name no UTF-8", latin);
  }

  private void methodsAndFlags() {
    for (int method : new int[] {1, 6, 9, 12, 14, 93, 95, 99, 65535}) {
      entry("method " + method, entry -> entry.method(method));
    }
    for (int bit : new int[] {0, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15}) {
      entry("flag " + bit, entry -> entry.flags(1 << bit));
    }
    entry("encrypted in the directory alone", entry -> entry.centralFlags = 1);
    entry("encrypted in the local header alone", entry -> entry.localFlags = 1);
    entries("stored that says deflated", change(q(), entry -> entry.method(8)));
    entries(
        "deflated that says stored",
        change(deflated(), entry -> entry.method(0).size(entry.localCompressed)));
  }

  private void sizesAndChecksums() {
    entry("CRC wrong", entry -> entry.crc(entry.localCrc ^ 1));
    entry("CRC 0", entry -> entry.crc(0));
    entries("CRC of deflated wrong", change(deflated(), entry -> entry.crc(entry.localCrc ^ 1)));
    entry("stored size above compressed", entry -> entry.size(entry.localSize + 1));
    entry("stored size below compressed", entry -> entry.size(entry.localSize - 1));
    entry("stored of no bytes", entry -> entry.size(0));
    entry(
        "both sizes one more",
        entry -> entry.size(VECTOR.length + 1).compressedSize(VECTOR.length + 1));
    entry(
        "both sizes one less",
        entry -> entry.size(VECTOR.length - 1).compressedSize(VECTOR.length - 1));
    entry("both sizes 2 GiB", entry -> entry.size(0x7FFF_FFFF).compressedSize(0x7FFF_FFFF));
    entry(
        "both sizes 4 GiB less 2", entry -> entry.size(0xFFFF_FFFEL).compressedSize(0xFFFF_FFFEL));
    for (int shift : new int[] {-VECTOR.length, -1, 1, 20, 1000}) {
      entries(
          "deflated size off by " + shift,
          change(deflated(), entry -> entry.size(VECTOR.length + shift)));
    }
    entries(
        "deflated compressed size one less",
        change(deflated(), entry -> entry.compressedSize(entry.localCompressed - 1)));
    entries(
        "deflated compressed size 0",
        change(deflated(), entry -> entry.compressedSize(0).compressed = new byte[0]));
    entries("ratio bomb of 4 GB", change(deflated(), entry -> entry.size(0xFFFF_FFFEL)));
    entries(
        "ratio bomb of 8 EB",
        change(deflated(), entry -> entry.size(Long.MAX_VALUE).zip64Local().zip64Central()));
    byte[] lie =
        NpyBytes.version1(NpyBytes.dictionary("<f4", false, List.of(1L << 40)), new byte[4]);
    entries("header inside claims 4 TB", Entry.deflated("q.npy", lie));
    entries("header inside claims 4 TB, stored", Entry.stored("q.npy", lie));
    entries(
        "deflated with bytes behind the last block",
        change(
            deflated(),
            entry -> {
              entry.compressed = Arrays.copyOf(entry.compressed, entry.compressed.length + 5);
              entry.compressedSize(entry.compressed.length);
            }));
    entries(
        "deflated cut",
        change(
            deflated(),
            entry -> {
              entry.compressed = Arrays.copyOf(entry.compressed, entry.compressed.length - 5);
              entry.compressedSize(entry.compressed.length);
            }));
    entries(
        "deflated garbage",
        change(deflated(), entry -> Arrays.fill(entry.compressed, (byte) 0xFF)));
  }

  private void localHeaders() {
    entry("local name differs", entry -> entry.localName = "k.npy");
    entry("local name longer", entry -> entry.localName = "qq.npy");
    entry("local method differs", entry -> entry.localMethod = 8);
    entry("local flags differ", entry -> entry.localFlags = 0x800);
    entry("local CRC differs", entry -> entry.localCrc ^= 1);
    entry("local size differs", entry -> entry.localSize--);
    entry("local compressed size differs", entry -> entry.localCompressed--);
    entry("local sizes 0 without descriptor", entry -> entry.localSize = entry.localCompressed = 0);
    entry("local signature wrong", entry -> entry.localSignature = ZipFields.CENTRAL_HEADER);
    entry("directory signature wrong", entry -> entry.centralSignature = ZipFields.LOCAL_HEADER);
    entry("on another disk", entry -> entry.disk = 1);
    for (long offset : new long[] {1, 30, 1 << 20, 0xFFFF_FFFEL}) {
      entry("header offset " + offset, entry -> entry.centralOffset = offset);
    }
  }

  private void overlaps() {
    Entry second = change(q().name("k.npy"), entry -> entry.centralOffset = 0);
    entries("two names for one local header", q(), second);
    entries(
        "second entry inside the first",
        q(),
        change(q().name("k.npy"), entry -> entry.headerShift = -10));
    Entry wide = q();
    byte[] swallowing = Arrays.copyOf(VECTOR, VECTOR.length + 200);
    wide.compressed = VECTOR;
    wide.size(swallowing.length).compressedSize(swallowing.length);
    entries("first entry swallows the second", wide, q().name("k.npy"));
    entries(
        "last entry reaches into the directory",
        change(q(), entry -> entry.size(VECTOR.length + 10).compressedSize(VECTOR.length + 10)));
    entries(
        "hole between entries",
        q(),
        change(q().name("k.npy"), entry -> entry.gapBefore = new byte[7]));
    archive("bytes before the first entry", zip -> zip.before = new byte[] {'#', '!', '\n'});
    archive("bytes before the directory", zip -> zip.beforeDirectory = new byte[3]);
    archive("bytes behind the directory", zip -> zip.afterDirectory = new byte[3]);
    archive(
        "hidden entry", zip -> zip.beforeDirectory = Arrays.copyOf(ZipBytes.of(q()).build(), 60));
    ZipBytes quine = new ZipBytes();
    Entry bomb = deflated();
    for (int i = 0; i < 200; i++) {
      Entry copy = Entry.deflated("q" + i + ".npy", VECTOR);
      copy.centralOffset = 0;
      copy.compressed = i == 0 ? bomb.compressed : new byte[0];
      quine.entries.add(copy);
    }
    add("200 entries on one kernel", quine.build());
  }

  private void descriptors() {
    entry("descriptor missing", entry -> entry.flags(1 << 3));
    entry("descriptor without flag", entry -> entry.streamed(true, false).flags(0));
    for (int i = 0; i < 16; i++) {
      int at = i;
      entry(
          "descriptor wrong at byte " + i,
          entry -> entry.streamed(true, false).descriptor[at] ^= 1);
    }
    entry("descriptor cut", entry -> entry.streamed(true, false).descriptor = new byte[11]);
    entry("descriptor long", entry -> entry.streamed(true, true).descriptor = new byte[28]);
  }

  private void ends() {
    add("empty file", new byte[0]);
    add("a .npy", VECTOR);
    archive("comment", zip -> zip.comment = "hello".getBytes(StandardCharsets.UTF_8));
    archive("comment that is an archive", zip -> zip.comment = ZipBytes.of(q()).build());
    archive("bytes behind the end", zip -> zip.after = new byte[1]);
    archive("another archive behind", zip -> zip.after = ZipBytes.of(q().name("k.npy")).build());
    archive("one entry too many", zip -> zip.countShift = 1);
    archive("one entry too few", zip -> zip.countShift = -1);
    archive("entry counts that differ", zip -> zip.totalShift = 1);
    archive("second of two parts", zip -> zip.disk = 1);
    for (long shift : new long[] {-1, 1, 1 << 20, 0x7FFF_FFFFL}) {
      archive("directory offset off by " + shift, zip -> zip.directoryShift = shift);
      archive("directory size off by " + shift, zip -> zip.directorySizeShift = shift);
    }
    archive(
        "directory moved into the entry",
        zip -> {
          zip.directoryShift = -8;
          zip.directorySizeShift = 8;
        });
  }

  private void zip64() {
    Consumer<ZipBytes> wide = zip -> zip.zip64 = true;
    archive("Zip64 offset wraps", wide.andThen(zip -> zip.zip64OffsetShift = Long.MIN_VALUE));
    archive("Zip64 offset differs", wide.andThen(zip -> zip.zip64OffsetShift = 1));
    archive(
        "Zip64 offset wrong",
        wide.andThen(zip -> {
          zip.zip64OnlyInZip64 = true;
          zip.zip64OffsetShift = -1;
        }));
    archive("Zip64 count differs", wide.andThen(zip -> zip.zip64CountShift = 1));
    archive(
        "Zip64 count of 2^62",
        wide.andThen(zip -> {
          zip.zip64OnlyInZip64 = true;
          zip.zip64CountShift = 1L << 62;
        }));
    archive("Zip64 locator points elsewhere", wide.andThen(zip -> zip.zip64LocatorShift = -4));
    archive("Zip64 locator negative", wide.andThen(zip -> zip.zip64LocatorShift = Long.MIN_VALUE));
    archive("Zip64 record size", wide.andThen(zip -> zip.zip64SizeShift = 1));
    archive("Zip64 of two disks", wide.andThen(zip -> zip.zip64Disks = 2));
    archive("32-bit limits without Zip64", zip -> zip.zip64OnlyInZip64 = true);
    entry("Zip64 field missing", entry -> entry.centralSize = ZipFields.IN_ZIP64);
    entry("Zip64 field missing in the local header", entry -> entry.localSize = ZipFields.IN_ZIP64);
    entry("Zip64 field for nothing", entry -> entry.centralExtra = ZipBytes.zip64(VECTOR.length));
    entry(
        "Zip64 field short",
        entry -> entry.zip64Central().centralExtra = ZipBytes.zip64(VECTOR.length));
    entry(
        "Zip64 field long",
        entry ->
            entry.zip64Central().centralExtra = ZipBytes.zip64(VECTOR.length, VECTOR.length, 0));
    entry(
        "Zip64 sizes of 2^63",
        entry ->
            entry.zip64Central().centralExtra = ZipBytes.zip64(Long.MIN_VALUE, Long.MIN_VALUE));
    entry(
        "Zip64 sizes of 2^63 - 1",
        entry ->
            entry.size(Long.MAX_VALUE).compressedSize(Long.MAX_VALUE).zip64Local().zip64Central());
    entry(
        "Zip64 local sizes differ",
        entry -> entry.zip64Local().localExtra = ZipBytes.zip64(VECTOR.length, 1));
    entry(
        "Zip64 header offset of 2^63 - 1",
        entry -> {
          entry.centralOffset = ZipFields.IN_ZIP64;
          entry.centralExtra = ZipBytes.zip64(Long.MAX_VALUE);
        });
  }

  private void extras() {
    entry("extra field of one byte", entry -> entry.centralExtra = new byte[1]);
    entry(
        "extra field longer than the rest", entry -> entry.centralExtra = new byte[] {9, 9, 1, 0});
    entry(
        "local extra field longer than the rest",
        entry -> entry.localExtra = new byte[] {9, 9, 1, 0});
    entry(
        "Zip64 field twice",
        entry -> {
          entry.zip64Central();
          byte[] field = entry.centralExtra;
          entry.centralExtra = Arrays.copyOf(field, 2 * field.length);
          System.arraycopy(field, 0, entry.centralExtra, field.length, field.length);
        });
  }

  private void contents() {
    for (HostileFile npy : HostileNpy.all()) {
      boolean truncated = npy.name().startsWith("truncated");
      if (!truncated) {
        entries("with .npy: " + npy.name(), Entry.stored("q.npy", npy.bytes()));
      }
      if (!truncated || npy.bytes().length % 8 == 0) {
        entries("with deflated .npy: " + npy.name(), Entry.deflated("q.npy", npy.bytes()));
      }
    }
    entries("second .npy wrong", q(), Entry.stored("k.npy", new byte[64]));
  }

  /** One bit changed anywhere but in the fields that carry no meaning here. */
  private void bytes() {
    byte[] right = ZipBytes.of(q()).build();
    int data = 30 + "q.npy".length();
    for (int i = data; i < data + VECTOR.length; i += 3) {
      byte[] bytes = right.clone();
      bytes[i] ^= 4;
      add("bit of content byte " + i, bytes);
    }
  }
}
