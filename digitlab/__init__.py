"""DigitLab, a laboratory for handwritten digits: the map of this house.

settings        where things are kept and how many at once; the only reader of the environment
errors          the tree of errors that a person can be told about
storage/        where networks and checkpoints are kept
  storage         what a place for files promises
  folder          a folder
  remote          any address, through fsspec
  address         from what a person writes to one of these
events          what happens, one JSON line an event
digits/         what a digit is
  mnist           the data set, and its file beside it
  ground          ink told from its ground: canvas, transparency, or a photograph
  paper           ink in a photograph of paper or a board
  ruling          lines of the paper
  pixels          small operations that these share
  ink             ink -> 28 x 28, in steps
  components      connected ink, and which parts of it lie above one another
  seams           where such a part may be cut in two
  evidence        what its place and form say for one digit
  cutting         a line of ink -> pieces that may be digits
  pictures        picture files -> drawings; digits -> PNG
  bundles         many digits in a file: pictures in a ZIP, arrays in an .npz
  archives        a ZIP, looked at before anything is unpacked
  augmentation    small random changes
  templates       how people write, as strokes
  handwriting     templates -> training data in many hands
  written         some of that, kept in a file
  browsing        order, counts and averages of a set
  distortions     digits, distorted by given amounts
  doubts          MNIST's digits whose label people doubted
networks/       what reads and learns (K: imports Keras, for worker processes only)
  config          settings of a training, presets
  metrics         what a training reports
  certainty       calibration, limits for "sure" and "no digit"
  recognition     reading a digit at once, on LiteRT
  numbers         reading a line of digits
  evaluation      a network's answers on a whole set
  scores          accuracy, confusion and mistakes from probabilities
  observation     what is seen in a network while it learns
  snapshots       a network as it was after an epoch
  hints           what goes wrong in a training, and what says so
  insight         what a look into a network brings to light
  probing         answers to changed pictures
  changes         the smallest changes that make other digits
  landscape       where digits lie in a hidden layer
  statistics      how much may be luck
  agreement       several networks on the same digits
  robustness      accuracy as digits are distorted
  sets            test, validation and training digits of a network
  layouts         the layers of each preset, as numbers
  code            the Keras code of a training, as script and notebook
  snippets        pieces of such code
  formats         the files as which a network can be taken away
  mnist_source    MNIST from the package, else by Keras in a process of its own
  architectures   K networks, built from their layouts
  learners        K networks made ready to learn, and kept
  blocks          K many of Keras' steps in one call
  callbacks       K Keras' logs -> metrics; a wish to stop -> Keras
  observer        K a look at a network after each epoch
  timelapse       K snapshots, brought to life again
  checkpoints     K a training's state, kept
  training        K config, digits -> a trained network
  mixture         K somebody's own digits among many others
  tuning          K a trained network -> one that reads its person's hand
  kerasfiles      K networks in Keras' own files
  wiring          K how layers are joined
  filters         K what filters see, and what excites them
  explanation     K why a network reads what it reads
  export          K a network -> .keras, .tflite and .onnx, and read again
  intake          a file from elsewhere, looked into before it is unpacked
  plainlayers     which layers it may have
  weightsfile     its numbers, and nothing but numbers
  confinement     what the process that opens it gives up
  foreign         K such a network made one of our own, in a process of its own
runs/           what happened
  experiment      a run and its states
  people          who is in the lab, and what they may change
  queue           whose turn it is, and when
  timetable       all runs as they stand, and when those that wait begin
  limits          how much may be asked of one lab
  sharing         settings as text that travels
  schema          the tables of the record
  rows            the rows of the record: what they mean, and how they change
  store           the record of runs, in SQL
  record          the store, opened when it is first asked
  trainings       what people may do with runs
  drawings        people's own digits
  drawings_store  their record
  corrections     a reading that was put right, to be kept
  improvement     what is held back of them, and whether it helped to learn from the others
  improvements    networks that learn from them: begun and judged
  cards           what is known of a network
  shelf           networks in one storage
  modelcard       all that there is to know about a network, as Markdown
  comparison      runs and networks side by side
  gate            networks from elsewhere, let in or not
  modelfiles      the ready-made networks and people's own
  models          what people may do with them
  readers         those that are ready to read in this process
  leftovers       checkpoints, and what is cleaned by rule
  album           a run's snapshots
  kept            arrays that took long to compute
  evaluations     networks' answers on whole sets, computed once
  tasks           what a worker process is handed
  crew            the processes that train on this machine
  workers         the way to the processes that train, through Dask
  dispatcher      hands in what waits, and lets go on what lost its process
  checks          whether a set-up is sound: versions, folders, data, networks
  checks_database whether the record can be kept
  checks_workers  whether those who train are there, and alike
  pulse           signs of life of a run, and news that wait while the record is away
  work            K what such a process does with a run
  growing         K how a picture was read while a network learned
  tunings         K what it does with one that tunes a network
  answers         K what such a process knows about a saved network
  landscapes      maps of digits, made in the background and kept
  explanations    all that can be asked about one network
  scoring         what such a process reads for others
lab             the verbs that a page may use
doctor          what is wrong with a set-up, and how to mend it
plots           figures
plots_learning  charts of what goes on in the layers
plots_comparison  figures of several networks
colours         numbers -> colours that everybody can tell apart
visitors        a cookie that tells browsers apart
ui              what pages share
ui_person       who looks at the page
ui_runs         a run, shown, and whose it is
ui_training     the settings of a training, as a form
ui_progress     how far a run is, and wishes for it
ui_bring_in     networks from elsewhere
ui_sharing      settings that travel
ui_canvas       the field to draw in
ui_pictures     digits as pictures, one or many
ui_reading      what a network reads, shown
ui_corrections  what it should have read
ui_drawings     one's own digits: how many, out and in; their other views:
  ui_drawings_review        looked through, renamed, deleted
  ui_drawings_request       drawn on request
ui_insight      why it reads so, shown
ui_insight_map  what is like it, shown
ui_explained    the picture that is explained, chosen
ui_filters      what excites filters, shown
ui_learning     a network while it learns
ui_improvement  a network before and after it was tuned
ui_matrix       the confusion matrix, to be clicked
ui_evaluation   a network on a set of digits, and their pictures; its views:
  ui_evaluation_overview    figures, what is read as what, mistakes
  ui_evaluation_certainty   calibration, thresholds
  ui_evaluation_robustness  accuracy as digits are distorted
  ui_evaluation_comparison  two networks
  ui_evaluation_labels      labels that several networks doubt
ui_takeaway     a network as a file, and its code
ui_modelcard    the model card, shown
ui_compare      runs and networks side by side, shown
pages/          one script a page: start, browse, train, watch, draw, mydigits, improve, understand, evaluate, compare,
                models; navigation, their list
commands        what can be said on the command line
server          the lab opens with the server, and closes with it
__main__        the lab on the command line

Imports run downwards only: pages -> ui -> lab -> runs -> networks -> digits -> settings, storage, errors.
"""
